import { exampleInstance, exampleNode } from "./example";
import { heldGpuMemory, sum } from "./held-memory";
import type { NodeRule } from "./rule";
import { tooMuch } from "./too-much";

export const requireGpuMemory: NodeRule = {
  name: "require-gpu-memory",
  description:
    "What each GPU of a node is asked to hold, co-tenants and other stacks included, fits into its memory.",
  why: "A GPU does not share what it has not: the newcomer fails at once, or starves the model that was being served.",
  checkNode(stack) {
    const { node } = stack;
    const bytes = node.number("gpuMemoryBytes");
    const count = Math.max(1, node.number("gpus"));
    return Array.from({ length: count }, (_, device) => device).flatMap((device) => {
      const holdings = heldGpuMemory(stack, device);
      if (sum(holdings) <= bytes) return [];
      const pool = count > 1 ? `the memory of GPU ${device}` : "GPU memory";
      const what = { node: node.text("name"), pool, field: "gpu_memory_gb" };
      return [tooMuch(what, { bytes, reason: "gpu_memory_gb of the node" }, holdings)];
    });
  },
  broken: {
    resources: [
      exampleNode({
        gpu: true,
        gpuMemoryBytes: 24e9,
        coTenants: [{ name: "vllm", ramBytes: 1e9, gpuMemoryBytes: 18e9 }],
      }),
      exampleInstance({
        gpu: "required",
        gpuMemoryBytes: 8e9,
        takes: { ramBytes: 2e9, gpuMemoryBytes: 8e9 },
      }),
    ],
  },
};
