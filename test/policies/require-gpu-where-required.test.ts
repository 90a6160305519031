import { exampleNode } from "../../policies/example";
import { requireGpuWhereRequired } from "../../policies/require-gpu-where-required";
import { gpuNode, onGpu, pinned, remote } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

testRule(requireGpuWhereRequired, [
  { name: "has one", resources: [gpuNode, onGpu(0)] },
  { name: "prefers one", resources: [exampleNode(), onGpu(0, "preferred")] },
  {
    name: "has none",
    resources: [exampleNode(), onGpu(0)],
    says: [
      "critic: gpu is required, and rpi1 has none; place it on a node with  gpu: true  or write  gpu: preferred",
    ],
  },
  { name: "another type", resources: [remote(pinned)] },
]);
