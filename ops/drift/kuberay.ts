import { namespacePrefix } from "../../topology/with-kubernetes";
import { kubeRayStatus } from "../kubernetes/kuberay-status";
import { stackLabel } from "../kubernetes/node-facts";
import type { Pod, RayClusterObject } from "../kubernetes/objects";
import type { WantedRayCluster } from "../stack/state";
import type { Drift } from "./findings";

export interface FoundInKubernetes {
  readonly context: string;
  /** Of all namespaces that the stack has something in, this stack's only. */
  readonly clusters: readonly RayClusterObject[];
  readonly pods: readonly Pod[];
}

/** Compares the RayClusters of the state with those that are there, and their pods with what is to be. */
export function kubeRayDrift(
  stack: string,
  wanted: readonly WantedRayCluster[],
  { context, clusters, pods }: FoundInKubernetes,
): Drift[] {
  const by = { now: new Date(0), nodeNames: new Map<string, string>(), used: new Map<string, number>() };
  const repair = `./berth up ${stack} -- --refresh`;
  const isSame = (one: WantedRayCluster, other: RayClusterObject) =>
    one.metadata.name === other.metadata.name && one.metadata.namespace === other.metadata.namespace;
  const differing = wanted.flatMap((one): Drift[] => {
    const { name, namespace } = one.metadata;
    const at = { instance: name, node: namespacePrefix + namespace };
    const found = clusters.find((other) => isSame(one, other));
    const where = `RayCluster ${name} in ${namespace}`;
    if (!found) return [{ ...at, kind: "missing", text: `${where} is not there`, remedy: repair }];
    const edited = differences(one.spec, found.spec ?? {}, one.spec.enableInTreeAutoscaling === true);
    if (edited.length > 0)
      return [{ ...at, kind: "edited", text: `${where} was edited: ${edited.join(", ")}`, remedy: repair }];
    const own = pods.filter(({ metadata }) => metadata.namespace === namespace);
    const { state, reason } = kubeRayStatus({ name, namespace, shared: false }, found, own, by);
    if (state === "ready") return [];
    const text = `${where} is ${state}${reason === null ? "" : `: ${reason}`}`;
    return [{ ...at, kind: "dead", text, remedy: `./berth status ${stack}` }];
  });
  const extra = clusters
    .filter((one) => !wanted.some((other) => isSame(other, one)))
    .map(({ metadata: { name, namespace = "" } }): Drift => {
      const remedy = `kubectl --context ${context} --namespace ${namespace} delete raycluster ${name}`;
      const text = `RayCluster ${name} in ${namespace} is not in the state`;
      return { kind: "extra", instance: name, node: namespacePrefix + namespace, text, remedy };
    });
  const orphans = pods
    .filter(({ metadata: { labels = {} } }) => labels[stackLabel] === stack)
    .filter(
      ({ metadata: { labels = {}, namespace } }) =>
        !clusters.some(
          ({ metadata }) => metadata.name === labels["ray.io/cluster"] && metadata.namespace === namespace,
        ),
    )
    .map(({ metadata: { name, namespace = "" } }): Drift => {
      const remedy = `kubectl --context ${context} --namespace ${namespace} delete pod ${name}`;
      const text = `pod ${name} in ${namespace} is of no RayCluster`;
      return { kind: "extra", instance: name, node: namespacePrefix + namespace, text, remedy };
    });
  return [...differing, ...extra, ...orphans];
}

/**
 * Paths of what was asked for and is not so. What the API server and the operator have added is no difference.
 * @param isScaled Ray's autoscaler writes `replicas`
 */
function differences(wanted: unknown, found: unknown, isScaled: boolean, path = ""): string[] {
  if (isScaled && /\]\.(replicas|scaleStrategy)$/.test(path)) return [];
  if (typeof wanted !== "object" || wanted === null) return wanted === found ? [] : [path];
  if (typeof found !== "object" || found === null) return [path];
  if (Array.isArray(wanted) && (!Array.isArray(found) || found.length !== wanted.length)) return [path];
  return Object.entries(wanted).flatMap(([key, value]) => {
    if (key.startsWith("__")) return [];
    const next = Array.isArray(wanted) ? `${path}[${key}]` : path ? `${path}.${key}` : key;
    return differences(value, (found as Record<string, unknown>)[key], isScaled, next);
  });
}
