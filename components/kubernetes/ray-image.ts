import type { KubeRayGroup, KubeRaySpec } from "./kube-ray-spec";

/** The image's Python where a cluster says none: without a `py` in its tag an image has whichever was the default then. */
export const defaultPython = "3.12";

/**
 * Image of a group's pods: one's own for that architecture, else the official one. Its tag is `<ray>-py<XY>[-gpu][-aarch64]`;
 * there is none for several architectures.
 */
export function rayImage({ version, python, images }: KubeRaySpec, { arch, member }: KubeRayGroup): string {
  const own = images[arch];
  if (own) return own;
  const [major, minor] = (python ?? defaultPython).split(".");
  const platform = member.gpus > 0 ? "-gpu" : "";
  return `rayproject/ray:${version}-py${major}${minor}${platform}${arch === "arm64" ? "-aarch64" : ""}`;
}
