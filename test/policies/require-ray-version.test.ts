import { exampleKubeRayCluster, exampleRayCluster, exampleRayMember } from "../../policies/example";
import { requireRayVersion } from "../../policies/require-ray-version";
import { local } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

testRule(requireRayVersion, [
  {
    name: "a cluster of pods",
    resources: [exampleKubeRayCluster({ version: "2.53.9" })],
    says: ["brain: Ray 2.53.9, at least 2.54.0 is required; write ray: 2.60.0"],
  },
  {
    name: "somebody else's cluster",
    resources: [
      {
        type: "berth:components:SharedRayCluster",
        name: "ray-gpu",
        props: { cluster: "ray-gpu", version: "2.49.2" },
      },
    ],
    says: ["ray-gpu: Ray 2.49.2, at least 2.54.0 is required; write ray: 2.60.0"],
  },
  {
    name: "an exemption with its reason",
    resources: [exampleKubeRayCluster({ version: "2.49.2", exemption: "moves in December" })],
  },
  {
    name: "an exemption without one",
    resources: [exampleKubeRayCluster({ version: "2.49.2", exemption: "" })],
    says: ["brain: Ray 2.49.2, at least 2.54.0 is required; write ray: 2.60.0"],
  },
  {
    name: "newer",
    resources: [exampleRayCluster({ version: "2.60.0" }), exampleRayCluster({ version: "3.0.0" })],
  },
  { name: "at the limit", resources: [exampleRayCluster({ version: "2.54.0" })] },
  {
    name: "older",
    resources: [exampleRayCluster({ version: "2.53.9" }), exampleRayCluster({ version: "1.90.0" })],
    says: [
      "mind: Ray 2.53.9, at least 2.54.0 is required; write ray: 2.60.0",
      "mind: Ray 1.90.0, at least 2.54.0 is required; write ray: 2.60.0",
    ],
  },
  {
    name: "no version",
    resources: [exampleRayCluster({ version: "latest" })],
    says: ['mind: "latest" is no version of Ray; write one such as 2.60.0'],
  },
  { name: "another type", resources: [exampleRayMember(), local("pip install ray==2.9.0")] },
]);
