import { exampleInstance, exampleNode } from "./example";
import { headroomSchema, missingHeadroom } from "./memory-headroom";
import type { NodeRule } from "./rule";

export const requireMemoryHeadroom: NodeRule = {
  name: "require-memory-headroom",
  description:
    "A node keeps the share of its RAM free that its memory_headroom requires, whoever holds the rest.",
  why: "A machine whose memory is all but full does not refuse work, it locks up, and nobody can log in to end anything.",
  configSchema: headroomSchema(0.1),
  checkNode: (stack, terms) => missingHeadroom(stack, "require", terms),
  broken: {
    resources: [
      exampleNode({ coTenants: [{ name: "database", ramBytes: 3e9, gpuMemoryBytes: 0 }] }),
      exampleInstance({ id: "critic" }),
      exampleInstance({ id: "historian", ramBytes: 2.5e9 }),
    ],
  },
};
