import { setTimeout as pause } from "node:timers/promises";
import { ConfigError } from "../../topology/config-error";
import type { ClusterRequest, RayClusterName } from "./cluster-command";
import type { KubernetesApi } from "./kubernetes-api";
import { holdUp, isHead, isLeaving, isReady, type RayPod, rayPods } from "./ray-pods";

interface RayClusterObject {
  readonly metadata: { readonly generation: number; readonly uid: string };
  readonly spec?: { readonly enableInTreeAutoscaling?: boolean };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly readyWorkerReplicas?: number;
    readonly desiredWorkerReplicas?: number;
    readonly conditions?: readonly { type: string; status: string; reason?: string; message?: string }[];
  };
}

interface Event {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly uid?: string };
  readonly lastTimestamp?: string | null;
}

/** A look at a cluster. */
interface Sight {
  readonly cluster: RayClusterObject;
  readonly pods: readonly RayPod[];
}

/**
 * Waits until a Ray cluster is there as it was last asked for: the operator has seen that, head and all workers are ready, and no
 * pod of before is left. Its own `state` stays `ready` while an added worker is pending. Throws ConfigError with the reason of
 * each pod that is not, and at once where the operator refuses it or a pod cannot be made.
 */
export async function awaitReady(api: KubernetesApi, request: ClusterRequest["ready"]): Promise<void> {
  const deadline = Date.now() + request.seconds * 1000;
  for (;;) {
    const sight = await look(api, request);
    if (isThere(sight)) return;
    const warnings = await warningsOf(api, request, sight.cluster.metadata.uid);
    const refused = warnings.find(({ reason }) => reason.startsWith("InvalidRayCluster"));
    if (refused && !isSeen(sight.cluster))
      throw notReady(request, [`refused by the operator: ${refused.message}`]);
    if (Date.now() > deadline)
      throw notReady(request, [`${progress(sight)} after ${request.seconds} s`, ...reasons(sight, warnings)]);
    await pause(1000);
  }
}

async function look(api: KubernetesApi, name: RayClusterName): Promise<Sight> {
  const path = `/apis/ray.io/v1/namespaces/${name.namespace}/rayclusters/${name.name}`;
  const cluster = await api.get<RayClusterObject>(path);
  return { cluster, pods: await rayPods(api, name) };
}

const isSeen = ({ metadata, status }: RayClusterObject) =>
  (status?.observedGeneration ?? 0) >= metadata.generation;

function isThere({ cluster, pods }: Sight): boolean {
  const { readyWorkerReplicas: ready = 0, desiredWorkerReplicas: desired = 0 } = cluster.status ?? {};
  // An update asks for as many as at first again. Those that Ray's autoscaler has added only it may end, once they are idle.
  const isScaled = cluster.spec?.enableInTreeAutoscaling === true;
  const isRight = (count: number) => (isScaled ? count >= desired : count === desired);
  return (
    isSeen(cluster) &&
    isRight(ready) &&
    isRight(pods.filter((pod) => !isHead(pod)).length) &&
    pods.some(isHead) &&
    pods.every((pod) => isReady(pod) && !isLeaving(pod))
  );
}

function progress({ cluster, pods }: Sight): string {
  const head = pods.find(isHead);
  const ready = pods.filter((pod) => !isHead(pod) && isReady(pod) && !isLeaving(pod)).length;
  const desired = cluster.status?.desiredWorkerReplicas;
  return `head ${head ? (isReady(head) ? "ready" : "not ready") : "missing"}, ${ready} of ${desired ?? "?"} workers ready`;
}

/** One line for each pod that is not ready, and what hinders those that are not even made. */
function reasons({ cluster, pods }: Sight, warnings: readonly Event[]): string[] {
  const lines = pods
    .filter((pod) => !isReady(pod) || isLeaving(pod))
    .map((pod) => `${pod.metadata.name}: ${isLeaving(pod) ? "is being ended" : holdUp(pod)}`);
  // A pod that could not be made in former times is of no interest once it is there.
  const wanted = 1 + (cluster.status?.desiredWorkerReplicas ?? 0);
  const last =
    pods.filter((pod) => !isLeaving(pod)).length < wanted
      ? warnings.findLast(({ reason }) => reason.startsWith("FailedToCreate"))
      : undefined;
  if (last) lines.push(`a pod is not made: ${last.message.replace("(combined from similar events): ", "")}`);
  if (!cluster.status && pods.length === 0 && !last)
    lines.push("nobody has looked at it: does KubeRay's operator run, and does it watch this namespace?");
  return lines;
}

/** Warnings about the object itself, the latest last. */
async function warningsOf(
  api: KubernetesApi,
  { namespace, name }: RayClusterName,
  uid: string,
): Promise<Event[]> {
  const selector = encodeURIComponent(
    `type=Warning,involvedObject.kind=RayCluster,involvedObject.name=${name}`,
  );
  const events = await api.list<Event>(`/api/v1/namespaces/${namespace}/events`, `fieldSelector=${selector}`);
  return events
    .filter(({ involvedObject }) => involvedObject.uid === uid)
    .sort((one, other) => (one.lastTimestamp ?? "").localeCompare(other.lastTimestamp ?? ""));
}

function notReady({ namespace, name }: RayClusterName, lines: readonly string[]): ConfigError {
  const [first, ...others] = lines;
  return new ConfigError([
    `berth: RayClusterNotReady: ${name} in ${namespace}: ${first}`,
    ...others.map((line) => `  ${line}`),
  ]);
}
