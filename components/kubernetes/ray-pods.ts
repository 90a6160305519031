import type { RayClusterName } from "./cluster-command";
import type { KubernetesApi } from "./kubernetes-api";

interface ContainerState {
  readonly name: string;
  readonly state?: { readonly waiting?: { reason?: string; message?: string } };
  readonly lastState?: { readonly terminated?: { reason?: string; exitCode?: number } };
}

/** Of a pod what says whether and why it is not there yet. */
export interface RayPod {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly status: {
    readonly phase?: string;
    readonly conditions?: readonly { type: string; status: string; reason?: string; message?: string }[];
    readonly initContainerStatuses?: readonly ContainerState[];
    readonly containerStatuses?: readonly ContainerState[];
  };
}

/** All pods of a Ray cluster. */
export function rayPods(api: KubernetesApi, { namespace, name }: RayClusterName): Promise<RayPod[]> {
  const selector = encodeURIComponent(`ray.io/cluster=${name}`);
  return api.list<RayPod>(`/api/v1/namespaces/${namespace}/pods`, `labelSelector=${selector}`);
}

export const isHead = ({ metadata }: RayPod) => metadata.labels["ray.io/node-type"] === "head";

export const isLeaving = ({ metadata }: RayPod) => metadata.deletionTimestamp !== undefined;

export function isReady({ status }: RayPod): boolean {
  return status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;
}

/** Why a pod is not ready, in the words of who holds it up: the scheduler, or the node. */
export function holdUp({ status }: RayPod): string {
  const unscheduled = status.conditions?.find(
    ({ type, status: is }) => type === "PodScheduled" && is === "False",
  );
  if (unscheduled) return `${unscheduled.reason ?? "Pending"}: ${unscheduled.message ?? "no node yet"}`;
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  for (const { name, state, lastState } of containers) {
    const { waiting } = state ?? {};
    const ended = lastState?.terminated;
    const before = ended
      ? `, ended before with ${ended.reason ?? "an error"} (exit code ${ended.exitCode})`
      : "";
    if (waiting && waiting.reason !== "PodInitializing")
      return `${name}: ${waiting.reason ?? "waits"}${waiting.message ? `: ${waiting.message}` : ""}${before}`;
  }
  return `${status.phase ?? "Pending"}, not ready yet`;
}
