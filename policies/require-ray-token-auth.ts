import { KubeRayCluster, RayCluster } from "./component-types";
import { exampleRayCluster } from "./example";
import { RayClusterObject } from "./kubernetes-types";
import type { ResourceRule } from "./rule";
import { runningTypes, textsOf } from "./texts-of";
import type { Untyped, Values } from "./values";

const starts = /\bray\s+start\b/;
const withToken = /\bRAY_AUTH_MODE=["']?token\b/;

export const requireRayTokenAuth: ResourceRule = {
  name: "require-ray-token-auth",
  description: "Nobody speaks to a Ray cluster without its token; nor to one that a command starts.",
  why: "Whoever reaches an open port of Ray's runs code there; thousands of hosts were taken that way (CVE-2023-48022).",
  types: [RayCluster, KubeRayCluster, RayClusterObject, ...runningTypes],
  check(values, _, type) {
    if (type === RayClusterObject) return objectMistake(values);
    if (type !== RayCluster && type !== KubeRayCluster)
      return textsOf(values, type)
        .filter(([, text]) => starts.test(text) && !withToken.test(text))
        .map(
          ([key]) => `${key}: starts Ray without RAY_AUTH_MODE=token; set it there, and RAY_AUTH_TOKEN_PATH`,
        );
    const [cluster, mode] = [values.text("cluster"), values.text("authMode")];
    // Of a Ray that is too old for tokens its exemption is shown, and require-ray-version asks for that.
    if (type === KubeRayCluster && values.has("exemption")) return [];
    return mode === "token" ? [] : [`${cluster}: its authentication is "${mode}"; it has to be token`];
  },
  broken: { resources: [exampleRayCluster({ authMode: "disabled" })] },
};

function objectMistake(values: Values<Untyped>): string[] {
  const [name, spec] = [values.in("metadata").text("name"), values.in("spec")];
  const version = spec.has("rayVersion") ? spec.text("rayVersion") : "";
  const [, major, minor] = /^(\d+)\.(\d+)\./.exec(version) ?? [];
  // KubeRay refuses tokens of a Ray that knows none.
  if (Number(major) < 2 || (Number(major) === 2 && Number(minor) < 52)) return [];
  const options = spec.has("authOptions") ? spec.in("authOptions") : undefined;
  if (options?.has("mode") && options.text("mode") === "token") return [];
  return [`${name}: asks for no token; write authOptions: {mode: token}`];
}
