import { exampleKubeRayCluster, exampleRayCluster } from "../../policies/example";
import { showRayExemptions } from "../../policies/show-ray-exemptions";
import { testRule } from "../support/test-rule";

testRule(
  showRayExemptions,
  [
    { name: "none", resources: [exampleKubeRayCluster()] },
    {
      name: "one",
      resources: [exampleKubeRayCluster({ version: "2.49.2", exemption: "moves in December" })],
      says: ["brain: Ray 2.49.2 is exempt: moves in December"],
    },
    { name: "another type", resources: [exampleRayCluster()] },
  ],
  // Without an exemption there is none to show.
  '"exemption"',
);
