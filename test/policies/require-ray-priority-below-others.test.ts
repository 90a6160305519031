import { exampleNode, examplePriorityClass, exampleRayClusterObject } from "../../policies/example";
import { requireRayPriorityBelowOthers } from "../../policies/require-ray-priority-below-others";
import { groupOf, withSpec } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

testRule(
  requireRayPriorityBelowOthers,
  [
    { name: "below 0, and Never", resources: [examplePriorityClass(), exampleRayClusterObject()] },
    {
      name: "as high as everybody",
      resources: [examplePriorityClass({ value: 0 })],
      says: ["brain-minus-100: its value is 0; write one below 0"],
    },
    { name: "at the limit", resources: [examplePriorityClass({ value: -1 })] },
    {
      name: "one that pushes others out, as they do when nothing is said",
      resources: [examplePriorityClass({ preemptionPolicy: undefined })],
      says: ["brain-minus-100: preemptionPolicy is PreemptLowerPriority; write Never"],
    },
    {
      name: "workers without a class",
      resources: [withSpec(groupOf({ containers: [] }))],
      says: ["brain: group gpu: has no priorityClassName; write that of a class below 0"],
    },
    {
      name: "somebody else's class",
      resources: [examplePriorityClass({ metadata: { name: "vllm", labels: {} }, value: 1000 })],
    },
    { name: "another type", resources: [exampleNode()] },
  ],
  // A class without the label is somebody else's.
  '"berth.dev/cluster"',
);
