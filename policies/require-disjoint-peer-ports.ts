import { exampleInstance, exampleNode } from "./example";
import type { NodeRule } from "./rule";

export const requireDisjointPeerPorts: NodeRule = {
  name: "require-disjoint-peer-ports",
  description: "Every instance with `network: peers` has a port that nobody else has on its node.",
  why: "The second program on a port ends at once, or answers in the place of the first.",
  checkNode({ node, instances }) {
    const name = node.text("name");
    const owners = new Map<number, string[]>();
    const own = (port: number, owner: string) => owners.set(port, [...(owners.get(port) ?? []), owner]);
    const portless: string[] = [];
    for (const instance of instances) {
      const id = instance.text("instance");
      if (instance.has("port")) own(instance.number("port"), id);
      else if (instance.text("network") === "peers") portless.push(id);
    }
    for (const held of node.list("heldByOthers"))
      if (held.has("port")) own(held.number("port"), `${held.text("stack")}/${held.text("instance")}`);
    return [
      ...portless.map((id) => `${id}: network is peers, and it has no port; give it one`),
      ...[...owners]
        .filter(([, ids]) => ids.length > 1)
        .map(([port, ids]) => `${name}: port ${port} is given to ${ids.join(" and ")}; give each its own`),
    ];
  },
  broken: {
    resources: [
      exampleNode(),
      exampleInstance({ instance: "critic", network: "peers", port: 9000 }),
      exampleInstance({ instance: "historian", network: "peers", port: 9000 }),
    ],
  },
};
