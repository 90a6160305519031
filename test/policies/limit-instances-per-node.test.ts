import { exampleInstance, exampleNode, exampleRayMember } from "../../policies/example";
import { limitInstancesPerNode } from "../../policies/limit-instances-per-node";
import { held, pinned, remote } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

testRule(limitInstancesPerNode, [
  { name: "fewer", resources: [exampleNode(), exampleInstance()] },
  { name: "at the limit", resources: [exampleNode({ heldByOthers: [held] }), exampleInstance()] },
  {
    name: "members of Ray clusters take none",
    resources: [
      exampleNode({ maxInstances: 1, heldByOthers: [{ ...held, slots: 0 }] }),
      exampleInstance(),
      exampleRayMember(),
    ],
  },
  {
    name: "one more",
    resources: [exampleNode({ maxInstances: 1, heldByOthers: [held] }), exampleInstance()],
    says: [
      "rpi1: 2 instances (critic, night-shift/guard), max_instances is 1; place 1 of them elsewhere or raise it",
    ],
  },
  { name: "another type", resources: [remote(pinned)] },
]);
