import { dnsLabel } from "./dns-label";
import type { WrittenRayCluster } from "./ray-cluster";

/** Where a Ray cluster of pods is, `namespace/name`; undefined: it is made over SSH, or does not say where. */
export const kubePlace = ({ launcher, name, kubernetes }: WrittenRayCluster): string | undefined =>
  launcher === "kuberay" && kubernetes ? `${kubernetes.namespace}/${dnsLabel(name)}` : undefined;
