import { expect, test } from "vitest";
import { exampleInstance, exampleNode, exampleRayMember } from "../../policies/example";
import { requireMemoryHeadroom } from "../../policies/require-memory-headroom";
import { tryRule } from "../../policies/try-rule";
import { gb, held, kubernetesNode, pinned, pod, remote } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

const gib = (size: number) => size * 2 ** 30;

testRule(requireMemoryHeadroom, [
  {
    name: "a pod on a node of Kubernetes holds its memory, too",
    resources: [kubernetesNode(), pod({ ramBytes: gb(7), takes: { ramBytes: gb(7), gpuMemoryBytes: 0 } })],
    says: [
      "rpi1: 7 GB of 8 GB of RAM would be held, the limit is 6.8 GB: 15 % must stay free (memory_headroom.require)\nit is mind-head 7 GB\nthe smallest change: 0.2 GB less: memory_gb of mind-head lowered to 6.8, or mind-head on another node",
    ],
  },
  {
    name: "a co-tenant holds the memory of each GPU of its own where that is RAM",
    resources: [
      kubernetesNode({
        unifiedMemory: true,
        gpu: true,
        gpus: 2,
        gpuMemoryBytes: gb(8),
        coTenants: [{ name: "vllm", ramBytes: gb(1), gpuMemoryBytes: gb(3), gpus: 2 }],
      }),
    ],
    says: [
      "rpi1: 7 GB of 8 GB of unified memory would be held, the limit is 6.8 GB: 15 % must stay free (memory_headroom.require)\nit is co-tenant vllm 7 GB\nthe smallest change: 0.2 GB less; that is more than this stack puts there, so others have to give way",
    ],
  },
  { name: "leaves enough free", resources: [exampleNode(), exampleInstance()] },
  {
    name: "at the limit",
    resources: [
      exampleNode({
        coTenants: [{ name: "database", ramBytes: gb(1.8), gpuMemoryBytes: gb(9) }],
        heldByOthers: [held],
      }),
      exampleInstance(),
      exampleInstance({ instance: "historian" }),
    ],
  },
  {
    name: "a member of a Ray cluster holds its memory, too",
    resources: [exampleNode(), exampleRayMember({ ramBytes: gb(2) }), exampleInstance({ ramBytes: gb(5) })],
    says: [
      "rpi1: 7 GB of 8 GB of RAM would be held, the limit is 6.8 GB: 15 % must stay free (memory_headroom.require)\nit is critic 5 GB + mind-head 2 GB\nthe smallest change: 0.2 GB less: heap_gb of mind-head lowered to 0.8, or mind-head on another node",
    ],
  },
  {
    name: "a byte more than the limit",
    resources: [exampleNode(), exampleInstance({ ramBytes: gb(6.8) + 1 })],
    says: [
      "rpi1: 6.8 GB of 8 GB of RAM would be held, the limit is 6.8 GB: 15 % must stay free (memory_headroom.require)\nit is critic 6.8 GB\nthe smallest change: 0.01 GB less: ram_gb of critic lowered to 6.8, or critic on another node",
    ],
  },
  {
    name: "unified memory holds the GPU's, too, of instances and co-tenants",
    resources: [
      exampleNode({
        name: "jetson",
        ramBytes: gb(64),
        unifiedMemory: true,
        gpu: true,
        gpuMemoryBytes: gb(64),
        coTenants: [{ name: "vllm", ramBytes: gb(4), gpuMemoryBytes: gb(30) }],
      }),
      exampleInstance({
        node: "jetson",
        ramBytes: gb(12),
        gpu: "required",
        gpuMemoryBytes: gb(10),
        // A planner that forgets the GPU's memory is not believed.
        takes: { ramBytes: gb(12), gpuMemoryBytes: gb(10) },
      }),
    ],
    says: [
      "jetson: 56 GB of 64 GB of unified memory would be held, the limit is 54.4 GB: 15 % must stay free (memory_headroom.require)\nit is co-tenant vllm 34 GB + critic 22 GB\nthe smallest change: 1.6 GB less: ram_gb of critic lowered to 10.4, or critic on another node",
    ],
  },
  {
    name: "a plan that gives more than was asked for counts as it is",
    resources: [exampleNode(), exampleInstance({ takes: { ramBytes: gb(7), gpuMemoryBytes: 0 } })],
    says: [
      "rpi1: 7 GB of 8 GB of RAM would be held, the limit is 6.8 GB: 15 % must stay free (memory_headroom.require)\nit is critic 7 GB\nthe smallest change: 0.2 GB less: ram_gb of critic lowered to 1.8, or critic on another node",
    ],
  },
  {
    name: "the least holds where the cluster file says less",
    resources: [
      exampleNode({ memoryHeadroom: { require: 0, advise: 0 } }),
      exampleInstance({ ramBytes: gb(7.3) }),
    ],
    says: [
      "rpi1: 7.3 GB of 8 GB of RAM would be held, the limit is 7.2 GB: 10 % must stay free (whatever memory_headroom.require says)\nit is critic 7.3 GB\nthe smallest change: 0.1 GB less: ram_gb of critic lowered to 7.2, or critic on another node",
    ],
  },
  {
    name: "the least is a parameter",
    resources: [
      exampleNode({ memoryHeadroom: { require: 0, advise: 0 } }),
      exampleInstance({ ramBytes: gb(8) }),
    ],
    parameters: { least: 0 },
  },
  {
    name: "several have to move when no single one is enough",
    resources: [
      exampleNode({ coTenants: [{ name: "database", ramBytes: gb(3), gpuMemoryBytes: 0 }] }),
      exampleInstance({ instance: "a" }),
      exampleInstance({ instance: "b" }),
      exampleInstance({ instance: "c", ramBytes: gb(3) }),
    ],
    says: [
      "rpi1: 10 GB of 8 GB of RAM would be held, the limit is 6.8 GB: 15 % must stay free (memory_headroom.require)\nit is 2 × 3 GB (c, co-tenant database) + 2 × 2 GB (a, b)\nthe smallest change: 3.2 GB less: c and b on other nodes",
    ],
  },
  {
    name: "others alone hold too much",
    resources: [
      exampleNode({ coTenants: [{ name: "database", ramBytes: gb(9), gpuMemoryBytes: 0 }] }),
      exampleInstance(),
    ],
    says: [
      "rpi1: 11 GB of 8 GB of RAM would be held, the limit is 6.8 GB: 15 % must stay free (memory_headroom.require)\nit is co-tenant database 9 GB + critic 2 GB\nthe smallest change: 4.2 GB less; that is more than this stack puts there, so others have to give way",
    ],
  },
  { name: "another type", resources: [remote(pinned)] },
]);

test("sizes that are whole GiB are shown in both", () => {
  const workers = Array.from({ length: 8 }, (_, index) =>
    exampleInstance({ instance: `ray-worker-${index}`, node: "node1", ramBytes: gib(64) }),
  );
  const resources = [
    exampleNode({ name: "node1", ramBytes: gb(516) }),
    exampleInstance({ instance: "ray-head", node: "node1", ramBytes: gib(32) }),
    ...workers,
  ];
  expect(tryRule(requireMemoryHeadroom, resources)).toMatchInlineSnapshot(`
    [
      "node1: 584.12 GB (544 GiB) of 516 GB of RAM would be held, the limit is 438.6 GB (408.47 GiB): 15 % must stay free (memory_headroom.require)
    it is 8 × 68.72 GB (64 GiB) (ray-worker-0, ray-worker-1, ray-worker-2, ray-worker-3, ray-worker-4, ray-worker-5, ray-worker-6, ray-worker-7) + ray-head 34.36 GB (32 GiB)
    the smallest change: 145.52 GB (135.53 GiB) less: ray-worker-0 and ray-worker-1 and ray-head on other nodes",
    ]
  `);
});
