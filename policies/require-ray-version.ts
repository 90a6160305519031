import { KubeRayCluster, RayCluster, SharedRayCluster } from "./component-types";
import { exampleRayCluster } from "./example";
import type { ResourceRule } from "./rule";

const least = [2, 54, 0];

export const requireRayVersion: ResourceRule = {
  name: "require-ray-version",
  description: `Every Ray cluster has Ray ${least.join(".")} or newer; one in Kubernetes may be exempt, with a reason.`,
  why: "In older ones a page in anybody's browser stops jobs through the dashboard (CVE-2026-27482); before 2.52 there are no tokens at all.",
  types: [RayCluster, KubeRayCluster, SharedRayCluster],
  check(values, _, type) {
    const [cluster, version] = [values.text("cluster"), values.text("version")];
    const parts = /^(\d+)\.(\d+)\.(\d+)$/.exec(version)?.slice(1).map(Number);
    if (!parts) return [`${cluster}: "${version}" is no version of Ray; write one such as 2.60.0`];
    const differs = parts.findIndex((part, at) => part !== least[at]);
    if (differs < 0 || parts[differs]! > least[differs]!) return [];
    if (type !== RayCluster && values.has("exemption") && values.text("exemption") !== "") return [];
    return [`${cluster}: Ray ${version}, at least ${least.join(".")} is required; write ray: 2.60.0`];
  },
  broken: { resources: [exampleRayCluster({ version: "2.9.0" })] },
};
