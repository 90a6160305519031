import { exampleInstance, exampleNode } from "../../policies/example";
import { requireAntiAffinity } from "../../policies/require-anti-affinity";
import { pinned, remote } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

testRule(requireAntiAffinity, [
  { name: "no wish", resources: [exampleNode(), exampleInstance(), exampleInstance({ instance: "b" })] },
  {
    name: "apart",
    resources: [
      exampleNode(),
      exampleNode({ name: "rpi2" }),
      exampleInstance({ instance: "a" }),
      exampleInstance({ instance: "b", node: "rpi2", antiAffinity: ["a"] }),
    ],
  },
  {
    name: "together",
    resources: [
      exampleNode(),
      exampleInstance({ instance: "a" }),
      exampleInstance({ instance: "b", antiAffinity: ["a"] }),
    ],
    says: [
      "b and a: both on rpi1, and anti_affinity of b keeps them apart; place one of them on another node",
    ],
  },
  { name: "another type", resources: [remote(pinned)] },
]);
