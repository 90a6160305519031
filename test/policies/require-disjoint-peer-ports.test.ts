import { exampleInstance, exampleNode, exampleRayMember } from "../../policies/example";
import { requireDisjointPeerPorts } from "../../policies/require-disjoint-peer-ports";
import { held, kubernetesNode, pinned, pod, remote } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

testRule(requireDisjointPeerPorts, [
  { name: "a pod needs none", resources: [kubernetesNode(), pod()] },
  {
    name: "each its own",
    resources: [
      exampleNode(),
      exampleInstance({ instance: "a", network: "peers", port: 9000 }),
      exampleInstance({ instance: "b", network: "peers", port: 9001 }),
    ],
  },
  {
    name: "the same on two nodes",
    resources: [
      exampleNode(),
      exampleNode({ name: "rpi2" }),
      exampleInstance({ instance: "a", network: "peers", port: 9000 }),
      exampleInstance({ instance: "b", network: "peers", port: 9000, node: "rpi2" }),
    ],
  },
  {
    name: "another stack's",
    resources: [
      exampleNode({ heldByOthers: [{ ...held, port: 9000 }] }),
      exampleInstance({ network: "peers", port: 9000 }),
    ],
    says: ["rpi1: port 9000 is given to critic and night-shift/guard; give each its own"],
  },
  {
    name: "members of Ray clusters side by side",
    resources: [
      exampleNode({ heldByOthers: [{ ...held, port: 20_128, slots: 0 }] }),
      exampleRayMember({ port: 20_000 }),
      exampleRayMember({ instance: "mind-cpu-0", port: 20_064 }),
      exampleInstance({ network: "peers", port: 20_192 }),
    ],
  },
  {
    name: "inside what a member has",
    resources: [
      exampleNode({ heldByOthers: [{ ...held, port: 20_127, slots: 0 }] }),
      exampleRayMember({ port: 20_000 }),
      exampleRayMember({ instance: "mind-cpu-0", port: 20_064 }),
      exampleInstance({ network: "peers", port: 20_190 }),
      exampleInstance({ instance: "b", network: "peers", port: 20_191 }),
    ],
    says: [
      "rpi1: ports are given more than once: mind-cpu-0 20064-20127, night-shift/guard 20127-20190, critic 20190; give each its own",
    ],
  },
  {
    name: "none",
    resources: [exampleNode(), exampleInstance({ network: "peers" }), exampleRayMember()],
    says: [
      "critic: network is peers, and it has no port; give it one",
      "mind-head: is a member of a Ray cluster, and it has no ports; give it some",
    ],
  },
  { name: "another type", resources: [remote(pinned)] },
]);
