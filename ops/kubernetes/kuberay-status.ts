import type { KubernetesCondition, Pod, RayClusterObject } from "./objects";
import { type PodStatus, podStatus, type SeenPod } from "./pod-status";

/** A Ray cluster of KubeRay as `status` shows it. */
export interface KubeRayStatus {
  readonly name: string;
  readonly namespace: string;
  /** `waiting`: not all of it is there; `unseen`: no operator has looked at it as it is now. */
  readonly state: "ready" | "waiting" | "unseen" | "suspended" | "ending" | "absent";
  /** Somebody else's, which this stack only uses. */
  readonly shared: boolean;
  readonly ready_workers: number;
  readonly desired_workers: number;
  readonly restarts: number;
  /** Why it is not ready; null: nothing to say. */
  readonly reason: string | null;
  /** The head first. */
  readonly pods: readonly (PodStatus & { readonly role: "head" | "worker"; readonly group: string | null })[];
}

export interface AskedCluster {
  readonly name: string;
  readonly namespace: string;
  readonly shared: boolean;
}

/** @param object undefined: there is none. @param pods of its namespace */
export function kubeRayStatus(
  { name, namespace, shared }: AskedCluster,
  object: RayClusterObject | undefined,
  pods: readonly Pod[],
  by: SeenPod,
): KubeRayStatus {
  const own = pods
    .filter(({ metadata }) => metadata.labels?.["ray.io/cluster"] === name)
    .map((pod) => ({
      ...podStatus(pod, by),
      role: pod.metadata.labels?.["ray.io/node-type"] === "head" ? ("head" as const) : ("worker" as const),
      group: pod.metadata.labels?.["ray.io/group"] ?? null,
    }))
    .sort((a, b) => a.role.localeCompare(b.role) || a.name.localeCompare(b.name));
  const status = object?.status;
  const state = stateOf(object);
  return {
    name,
    namespace,
    state,
    shared,
    ready_workers: status?.readyWorkerReplicas ?? 0,
    desired_workers: status?.desiredWorkerReplicas ?? 0,
    restarts: own.reduce((sum, { restarts }) => sum + restarts, 0),
    reason: state === "ready" ? null : reasonOf(state, object, own),
    pods: own,
  };
}

/** The operator says `ready` even while an added worker is pending: what counts is how many are. */
function stateOf(object: RayClusterObject | undefined): KubeRayStatus["state"] {
  if (object === undefined) return "absent";
  const { metadata, status, spec } = object;
  if (metadata.deletionTimestamp !== undefined) return "ending";
  if (spec?.suspend) return "suspended";
  if (status?.observedGeneration === undefined || status.observedGeneration !== metadata.generation)
    return "unseen";
  const head = conditionOf(status.conditions, "HeadPodReady");
  const isHeadReady = head ? head.status === "True" : status.state === "ready";
  const { readyWorkerReplicas: ready = 0, desiredWorkerReplicas: desired = 0 } = status;
  return isHeadReady && ready >= desired ? "ready" : "waiting";
}

function reasonOf(
  state: KubeRayStatus["state"],
  object: RayClusterObject | undefined,
  pods: readonly PodStatus[],
): string | null {
  if (state === "absent") return "there is no such RayCluster; up makes what is new";
  if (state === "unseen")
    return "the operator has not looked at it: does it run, and does it take this version of Ray? Its events tell";
  if (state !== "waiting") return null;
  const failure = conditionOf(object?.status?.conditions, "ReplicaFailure");
  const told = pods.find(({ state: is, reason }) => is !== "running" && reason !== null);
  const failed = failure?.status === "True" ? (failure.message ?? failure.reason) : undefined;
  return failed ?? (told ? `${told.name}: ${told.reason}` : null) ?? object?.status?.reason ?? null;
}

function conditionOf(conditions: readonly KubernetesCondition[] = [], type: string) {
  return conditions.find((condition) => condition.type === type);
}
