import { exampleInstance, exampleRayCluster, exampleRayMember } from "../../policies/example";
import { requireRayObjectStoreSize } from "../../policies/require-ray-object-store-size";
import { gb, pod } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

const member = {
  cluster: "mind",
  role: "worker" as const,
  heapBytes: gb(1),
  objectStoreBytes: gb(0.2),
  ownBytes: gb(0.45),
  cpus: 1,
  gpus: 0,
};

testRule(requireRayObjectStoreSize, [
  {
    name: "a pod that is too small",
    resources: [pod({ takes: { ramBytes: gb(1.9), gpuMemoryBytes: 0 } })],
    says: [
      "mind-head: takes 1.9 GB, but heap 1 GB + object store 0.2 GB + Ray itself 0.8 GB are 2 GB; give it that, or lower heap_gb",
    ],
  },
  {
    name: "more than it needs",
    resources: [exampleRayMember({ takes: { ramBytes: gb(3), gpuMemoryBytes: 0 } })],
  },
  {
    name: "at the limit",
    resources: [exampleRayMember({ takes: { ramBytes: gb(2), gpuMemoryBytes: 0 } })],
  },
  {
    name: "a byte less, and a store that Ray refuses",
    resources: [
      exampleRayMember({ takes: { ramBytes: gb(2) - 1, gpuMemoryBytes: 0 } }),
      {
        ...exampleRayMember({
          instance: "mind-cpu-0",
          ray: { ...member, objectStoreBytes: gb(0.05) },
          takes: { ramBytes: gb(1.5), gpuMemoryBytes: 0 },
        }),
        type: "berth:components:RayWorker",
      },
    ],
    says: [
      "mind-head: takes 1.99 GB, but heap 1 GB + object store 0.2 GB + Ray itself 0.8 GB are 2 GB; give it that, or lower heap_gb",
      "mind-cpu-0: an object store of 0.05 GB; Ray needs 0.08 GB at least",
    ],
  },
  { name: "another type", resources: [exampleRayCluster(), exampleInstance()] },
]);
