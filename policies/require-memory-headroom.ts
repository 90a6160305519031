import { exampleInstance, exampleNode } from "./example";
import { missingHeadroom } from "./memory-headroom";
import type { NodeRule } from "./rule";

export const requireMemoryHeadroom: NodeRule = {
  name: "require-memory-headroom",
  description:
    "A node keeps the share of its RAM free that its memory_headroom requires, whoever holds the rest.",
  why: "A machine whose memory is all but full does not refuse work, it locks up, and nobody can log in to end anything.",
  configSchema: {
    properties: {
      least: {
        type: "number",
        minimum: 0,
        maximum: 0.9,
        default: 0.1,
        description: "Share of RAM to leave free even where the cluster file's memory_headroom says less",
      },
    },
  },
  checkNode: (stack, { parameters }) => missingHeadroom(stack, "require", parameters.least),
  broken: {
    resources: [
      exampleNode({ coTenants: [{ name: "database", ramBytes: 3e9, gpuMemoryBytes: 0 }] }),
      exampleInstance({ instance: "critic" }),
      exampleInstance({ instance: "historian", ramBytes: 2.5e9 }),
    ],
  },
};
