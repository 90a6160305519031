import { exampleInstance, exampleNode } from "./example";
import type { NodeRule } from "./rule";

export const requireAntiAffinity: NodeRule = {
  name: "require-anti-affinity",
  description:
    "Instances that anti_affinity keeps apart stand on different nodes, whichever of them names the other.",
  why: "An experiment about separated minds proves nothing when they share a machine.",
  checkNode({ node, instances }) {
    const ids = instances.map((instance) => instance.text("instance"));
    return instances.flatMap((instance) =>
      instance
        .texts("antiAffinity")
        .filter((other) => ids.includes(other))
        .map(
          (other) =>
            `${instance.text("instance")} and ${other}: both on ${node.text("name")}, and anti_affinity of ${instance.text("instance")} keeps them apart; place one of them on another node`,
        ),
    );
  },
  broken: {
    resources: [
      exampleNode(),
      exampleInstance({ instance: "left" }),
      exampleInstance({ instance: "right", antiAffinity: ["left"] }),
    ],
  },
};
