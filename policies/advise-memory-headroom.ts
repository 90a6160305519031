import { exampleInstance, exampleNode } from "./example";
import { headroomSchema, missingHeadroom } from "./memory-headroom";
import type { NodeRule } from "./rule";

export const adviseMemoryHeadroom: NodeRule = {
  name: "advise-memory-headroom",
  description: "A node keeps the share of its RAM free that its memory_headroom advises.",
  why: "What is free today is what an update of the system, a log-in or a larger data set takes tomorrow.",
  configSchema: headroomSchema(0.1),
  checkNode: (stack, terms) => missingHeadroom(stack, "advise", terms),
  broken: { resources: [exampleNode(), exampleInstance({ ramBytes: 6.6e9 })] },
};
