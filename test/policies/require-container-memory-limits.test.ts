import { exampleNode, exampleRayClusterObject } from "../../policies/example";
import { requireContainerMemoryLimits } from "../../policies/require-container-memory-limits";
import { deployment, groupOf, withSpec } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

const memory = (size: string) => ({ memory: size });

testRule(requireContainerMemoryLimits, [
  { name: "as much kept as it may take", resources: [exampleRayClusterObject()] },
  {
    name: "no limit",
    resources: [exampleRayClusterObject({ resources: {} })],
    says: [
      "brain: head: container ray-head: no limit of memory; write resources.limits.memory, and the same in resources.requests",
    ],
  },
  {
    name: "less kept than it may take",
    resources: [exampleRayClusterObject({ resources: { limits: memory("64Gi"), requests: memory("56Gi") } })],
    says: [
      "brain: head: container ray-head: 56Gi of memory are kept for it, and it may take 64Gi; write the same for both",
    ],
  },
  {
    name: "a limit that is taken for the request",
    resources: [exampleRayClusterObject({ resources: { limits: memory("64Gi") } })],
  },
  {
    name: "in any group, and before it starts",
    resources: [
      withSpec(groupOf({ containers: [{ name: "ray-worker" }], initContainers: [{ name: "wait" }] })),
    ],
    says: [
      "brain: group gpu: container wait: no limit of memory; write resources.limits.memory, and the same in resources.requests",
      "brain: group gpu: container ray-worker: no limit of memory; write resources.limits.memory, and the same in resources.requests",
    ],
  },
  {
    name: "pods of others in the stack",
    resources: [deployment({ resources: { limits: memory("8Gi") } }), deployment({})],
    says: [
      "vllm: container server: no limit of memory; write resources.limits.memory, and the same in resources.requests",
    ],
  },
  { name: "another type", resources: [exampleNode()] },
]);
