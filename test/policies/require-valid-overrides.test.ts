import { exampleNode } from "../../policies/example";
import { requireValidOverrides } from "../../policies/require-valid-overrides";
import { overReason, stack } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

testRule(requireValidOverrides, [
  { name: "none", resources: [stack] },
  { name: "a good one", resources: [stack], overrides: overReason },
  {
    name: "every mistake at once",
    resources: [stack],
    overrides: JSON.stringify({
      "require-hostkey": { reason: "x" },
      "advise-memory-headroom": { reason: "x" },
      "require-valid-overrides": { reason: "x" },
      "require-anti-affinity": {},
      "require-gpu-memory": { reason: " " },
      "limit-instances-per-node": { reason: "x", until: "tomorrow" },
    }),
    says: [
      'berth:policies.require-hostkey: no such rule, did you mean "require-host-key"?',
      "berth:policies.advise-memory-headroom: is only advice already; remove it",
      "berth:policies.require-valid-overrides: cannot be overridden; remove it",
      "berth:policies.require-anti-affinity: expected {reason: …} with a text on one line, and nothing else",
      "berth:policies.require-gpu-memory: expected {reason: …} with a text on one line, and nothing else",
      "berth:policies.limit-instances-per-node: expected {reason: …} with a text on one line, and nothing else",
    ],
  },
  ...["off", '["require-memory-headroom"]', "null"].map((overrides) => ({
    name: overrides,
    resources: [stack],
    overrides,
    says: [
      "berth:policies: expected a map such as {require-memory-headroom: {reason: why it may be broken here}}",
    ],
  })),
  { name: "another type", resources: [exampleNode()], overrides: "off" },
]);
