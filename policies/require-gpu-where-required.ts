import { exampleInstance, exampleNode } from "./example";
import type { NodeRule } from "./rule";

export const requireGpuWhereRequired: NodeRule = {
  name: "require-gpu-where-required",
  description: "An instance that requires a GPU stands on a node that has one.",
  why: "Without its GPU a program fails hours later, or runs a hundred times slower and nobody notices.",
  checkNode({ node, instances }) {
    if (node.flag("gpu")) return [];
    return instances
      .filter((instance) => instance.text("gpu") === "required")
      .map(
        (instance) =>
          `${instance.text("instance")}: gpu is required, and ${node.text("name")} has none; place it on a node with  gpu: true  or write  gpu: preferred`,
      );
  },
  broken: { resources: [exampleNode(), exampleInstance({ gpu: "required" })] },
};
