import type { ContainerStatus, KubernetesCondition, Pod } from "./objects";
import { podAmounts } from "./pod-amounts";

/** A pod as `status` shows it; sizes in bytes, times in seconds. */
export interface PodStatus {
  readonly name: string;
  readonly namespace: string;
  /** The cluster file's name of it, else Kubernetes' own; null while it has none. */
  readonly node: string | null;
  readonly state:
    | "running"
    | "starting"
    | "pending"
    | "failing"
    | "completed"
    | "failed"
    | "ending"
    | "unknown";
  readonly restarts: number;
  readonly uptime_s: number | null;
  /** Null where no metrics API tells. */
  readonly memory_bytes: number | null;
  /** Null: without limit. */
  readonly memory_limit_bytes: number | null;
  /** Why it does not run, or ended before; null: nothing to say. */
  readonly reason: string | null;
}

export interface SeenPod {
  readonly now: Date;
  /** Names of the cluster file by those of Kubernetes. */
  readonly nodeNames: ReadonlyMap<string, string>;
  /** Bytes in use by pod of its namespace, where a metrics API tells. */
  readonly used: ReadonlyMap<string, number>;
}

const states: Readonly<Record<string, PodStatus["state"]>> = {
  Succeeded: "completed",
  Failed: "failed",
  Unknown: "unknown",
};

/** How a pod is, and why. */
export function podStatus(pod: Pod, { now, nodeNames, used }: SeenPod): PodStatus {
  const { metadata, spec, status } = pod;
  const containers = status?.containerStatuses ?? [];
  const state = stateOf(pod);
  const runs = state === "running" && status?.startTime !== undefined;
  const { memoryBytes: limit } = podAmounts(pod, "limits");
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? "",
    node: spec.nodeName === undefined ? null : (nodeNames.get(spec.nodeName) ?? spec.nodeName),
    state,
    restarts: containers.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    uptime_s: runs ? Math.max(0, (now.getTime() - Date.parse(status.startTime!)) / 1000) : null,
    memory_bytes: used.get(metadata.name) ?? null,
    memory_limit_bytes: limit > 0 ? limit : null,
    reason: reasonOf(pod) ?? null,
  };
}

function stateOf({ metadata, spec, status }: Pod): PodStatus["state"] {
  if (metadata.deletionTimestamp !== undefined) return "ending";
  const phase = status?.phase ?? "Pending";
  const fixed = states[phase];
  if (fixed) return fixed;
  if (waitingOf(status?.containerStatuses)) return "failing";
  if (phase === "Pending") return spec.nodeName === undefined ? "pending" : "starting";
  const ready = conditionOf(status?.conditions, "Ready");
  return ready === undefined || ready.status === "True" ? "running" : "starting";
}

function reasonOf({ spec, status }: Pod): string | undefined {
  const unscheduled = conditionOf(status?.conditions, "PodScheduled");
  if (spec.nodeName === undefined && unscheduled?.status === "False")
    return unscheduled.message ?? unscheduled.reason;
  const waiting = waitingOf(status?.containerStatuses);
  if (waiting) return waiting;
  if (status?.reason) return [status.reason, status.message].filter(Boolean).join(": ");
  for (const { name, lastState, state } of status?.containerStatuses ?? []) {
    const ended = state?.terminated ?? lastState?.terminated;
    if (!ended || (ended.reason === "Completed" && !lastState)) continue;
    const code = "exitCode" in ended && ended.exitCode !== undefined ? `, exit ${ended.exitCode}` : "";
    return `${name} ended before: ${ended.reason ?? "it does not say why"}${code}`;
  }
  return undefined;
}

/** What is waited for in vain; that an image is on its way is nothing of the kind. */
function waitingOf(containers: readonly ContainerStatus[] = []): string | undefined {
  for (const { name, state, lastState } of containers) {
    const waiting = state?.waiting;
    if (!waiting?.reason || ["ContainerCreating", "PodInitializing"].includes(waiting.reason)) continue;
    const before = lastState?.terminated?.reason;
    return `${name}: ${waiting.reason}${before ? ` after ${before}` : ""}`;
  }
  return undefined;
}

function conditionOf(conditions: readonly KubernetesCondition[] = [], type: string) {
  return conditions.find((condition) => condition.type === type);
}
