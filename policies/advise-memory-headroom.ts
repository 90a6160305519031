import { exampleInstance, exampleNode } from "./example";
import { missingHeadroom } from "./memory-headroom";
import type { NodeRule } from "./rule";

export const adviseMemoryHeadroom: NodeRule = {
  name: "advise-memory-headroom",
  description: "A node keeps the share of its RAM free that its memory_headroom advises.",
  why: "What is free today is what an update of the system, a log-in or a larger data set takes tomorrow.",
  checkNode(stack) {
    // Where even less than required is free, require-memory-headroom has said it all.
    return missingHeadroom(stack, "require").length > 0 ? [] : missingHeadroom(stack, "advise");
  },
  broken: { resources: [exampleNode(), exampleInstance({ ramBytes: 6.6e9 })] },
};
