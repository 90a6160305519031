import { exampleInstance, exampleNode } from "./example";
import type { NodeRule } from "./rule";

export const limitInstancesPerNode: NodeRule = {
  name: "limit-instances-per-node",
  description: "A node has no more instances than its max_instances, those of other stacks included.",
  why: "Memory is not all that instances share: they also compete for cores, disk and network.",
  checkNode({ node, instances }) {
    const names = [
      // A member of a Ray cluster takes memory and cores, and no slot.
      ...instances
        .filter((instance) => instance.number("slots") > 0)
        .map((instance) => instance.text("instance")),
      ...node
        .list("heldByOthers")
        .filter((held) => !held.has("slots"))
        .map((held) => `${held.text("stack")}/${held.text("instance")}`),
    ];
    const [name, limit] = [node.text("name"), node.number("maxInstances")];
    if (names.length <= limit) return [];
    return [
      `${name}: ${names.length} instances (${names.join(", ")}), max_instances is ${limit}; place ${names.length - limit} of them elsewhere or raise it`,
    ];
  },
  broken: {
    resources: [
      exampleNode({
        maxInstances: 1,
        heldByOthers: [
          { stack: "night-shift", instance: "guard", node: "rpi1", ramBytes: 1e9, gpuMemoryBytes: 0 },
        ],
      }),
      exampleInstance(),
    ],
  },
};
