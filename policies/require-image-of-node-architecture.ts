import { exampleRayClusterObject } from "./example";
import { RayClusterObject } from "./kubernetes-types";
import { podSpecs } from "./pod-specs";
import type { ResourceRule } from "./rule";

const architecture = "kubernetes.io/arch";

export const requireImageOfNodeArchitecture: ResourceRule = {
  name: "require-image-of-node-architecture",
  description:
    "Pods of a Ray cluster go to nodes of one architecture, and their image is not one of another.",
  why: "Ray's images are of one architecture each: on a machine of the other a pod only ever says `exec format error`.",
  types: [RayClusterObject],
  check(values, _, type) {
    return podSpecs(values, type).flatMap(({ who, spec }) => {
      const selector = spec.has("nodeSelector") ? spec.in("nodeSelector") : undefined;
      if (!selector?.has(architecture))
        return [
          `${who}: may go to nodes of any architecture; write nodeSelector: {${architecture}: …}, a group for each`,
        ];
      const arch = selector.text(architecture);
      return spec.list("containers").flatMap((container) => {
        const image = container.text("image");
        const of = architectureOf(image);
        return of === undefined || of === arch
          ? []
          : [`${who}: its nodes are ${arch}, and the image ${image} is for ${of}; write one for ${arch}`];
      });
    });
  },
  broken: {
    resources: [
      exampleRayClusterObject({ image: "rayproject/ray:2.60.0-py312" }, { [architecture]: "arm64" }),
    ],
  },
};

/** As its tag says it; an official one that says nothing is for amd64. Undefined: nobody knows. */
function architectureOf(image: string): string | undefined {
  if (/[-_.](aarch64|arm64)\b/.test(image)) return "arm64";
  if (/[-_.](amd64|x86[-_]64)\b/.test(image)) return "amd64";
  return /^(docker\.io\/)?rayproject\/ray(-ml|-llm)?:/.test(image) ? "amd64" : undefined;
}
