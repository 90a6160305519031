import { KubeRayCluster, SharedRayCluster } from "./component-types";
import { exampleKubeRayCluster } from "./example";
import type { ResourceRule } from "./rule";

export const showRayExemptions: ResourceRule = {
  name: "show-ray-exemptions",
  description: "Whoever looks at a stack sees which Ray clusters may be older than they should, and why.",
  why: "An exception that nobody sees any more is the next accident.",
  types: [KubeRayCluster, SharedRayCluster],
  check: (values) =>
    values.has("exemption")
      ? [`${values.text("cluster")}: Ray ${values.text("version")} is exempt: ${values.text("exemption")}`]
      : [],
  broken: {
    resources: [exampleKubeRayCluster({ version: "2.49.2", exemption: "in production; moves in December" })],
  },
};
