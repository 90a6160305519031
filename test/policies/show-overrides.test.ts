import { exampleNode } from "../../policies/example";
import { showOverrides } from "../../policies/show-overrides";
import { overReason, stack } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

testRule(showOverrides, [
  { name: "none", resources: [stack] },
  {
    name: "one",
    resources: [stack],
    overrides: overReason,
    says: ["require-memory-headroom is only advice for this stack: Ana watches it"],
  },
  { name: "another type", resources: [exampleNode()], overrides: overReason },
]);
