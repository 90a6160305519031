import { exampleInstance, exampleNode } from "../../policies/example";
import { requireGpuMemory } from "../../policies/require-gpu-memory";
import { gb, gpuNode, held, onGpu, pinned, remote, twoGpus } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

testRule(requireGpuMemory, [
  {
    name: "a co-tenant with a GPU of its own holds nothing of the others",
    resources: [
      exampleNode({
        gpu: true,
        gpus: 2,
        gpuMemoryBytes: gb(8),
        coTenants: [{ name: "vllm", ramBytes: 0, gpuMemoryBytes: gb(8), gpus: 1 }],
      }),
      exampleInstance({
        gpu: "required",
        gpus: 1,
        gpuMemoryBytes: gb(8),
        gpuDevices: [1],
        takes: { ramBytes: gb(2), gpuMemoryBytes: gb(8) },
      }),
    ],
  },
  { name: "fits", resources: [gpuNode, onGpu(gb(8))] },
  { name: "at the limit", resources: [gpuNode, onGpu(gb(24))] },
  {
    name: "with a co-tenant and another stack it is too much",
    resources: [
      exampleNode({
        ...gpuNode.props,
        coTenants: [{ name: "vllm", ramBytes: 0, gpuMemoryBytes: gb(18) }],
        heldByOthers: [held],
      }),
      onGpu(gb(5.5), "preferred"),
    ],
    says: [
      "rpi1: 24.5 GB of GPU memory would be held, the limit is 24 GB: gpu_memory_gb of the node\nit is co-tenant vllm 18 GB + critic 5.5 GB + night-shift/guard (another stack) 1 GB\nthe smallest change: 0.5 GB less: gpu_memory_gb of critic lowered to 5, or critic on another node",
    ],
  },
  {
    name: "each GPU of several is one of its own",
    resources: [
      exampleNode({
        ...twoGpus.props,
        coTenants: [{ name: "vllm", ramBytes: 0, gpuMemoryBytes: gb(2) }],
      }),
      exampleInstance({
        gpu: "required",
        gpus: 2,
        gpuDevices: [0, 1],
        gpuMemoryBytes: gb(3),
        takes: { ramBytes: gb(2), gpuMemoryBytes: gb(6) },
      }),
      exampleInstance({
        instance: "b",
        gpu: "required",
        gpuDevices: [1],
        gpuMemoryBytes: gb(4),
        takes: { ramBytes: gb(2), gpuMemoryBytes: gb(4) },
      }),
    ],
    says: [
      "rpi1: 9 GB of the memory of GPU 1 would be held, the limit is 8 GB: gpu_memory_gb of the node\nit is b 4 GB + critic 3 GB + co-tenant vllm 2 GB\nthe smallest change: 1 GB less: gpu_memory_gb of critic lowered to 2, or critic on another node",
    ],
  },
  {
    name: "one that only prefers the GPU and is on the CPU takes none of it",
    resources: [gpuNode, exampleInstance({ gpu: "preferred", gpuMemoryBytes: gb(99) })],
  },
  { name: "another type", resources: [remote(pinned)] },
]);
