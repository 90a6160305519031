import { RayCluster } from "./component-types";
import { exampleRayCluster } from "./example";
import type { ResourceRule } from "./rule";
import { runningTypes, textsOf } from "./texts-of";

const starts = /\bray\s+start\b/;
const withToken = /\bRAY_AUTH_MODE=["']?token\b/;

export const requireRayTokenAuth: ResourceRule = {
  name: "require-ray-token-auth",
  description: "Nobody speaks to a Ray cluster without its token; nor to one that a command starts.",
  why: "Whoever reaches an open port of Ray's runs code there; thousands of hosts were taken that way (CVE-2023-48022).",
  types: [RayCluster, ...runningTypes],
  check(values, _, type) {
    if (type !== RayCluster)
      return textsOf(values, type)
        .filter(([, text]) => starts.test(text) && !withToken.test(text))
        .map(
          ([key]) => `${key}: starts Ray without RAY_AUTH_MODE=token; set it there, and RAY_AUTH_TOKEN_PATH`,
        );
    const [cluster, mode] = [values.text("cluster"), values.text("authMode")];
    return mode === "token" ? [] : [`${cluster}: its authentication is "${mode}"; it has to be token`];
  },
  broken: { resources: [exampleRayCluster({ authMode: "disabled" })] },
};
