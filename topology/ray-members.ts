import type { Instance } from "./instance";
import { autoscalerSidecar } from "./kube-ray";
import type { WrittenRayCluster } from "./ray-cluster";
import { scaleOf, type WrittenMember } from "./ray-group";
import { bytesFromGb } from "./units";

/** What makes an instance a member of a Ray cluster. */
export interface RayMember {
  cluster: string;
  role: "head" | "worker";
  heapBytes: number;
  objectStoreBytes: number;
  /** What Ray's own processes take before anything runs on them. */
  ownBytes: number;
  /** Of a head whose pod has the autoscaler in it, which takes half a core, too. */
  sidecarBytes?: number;
  cpus: number;
  gpus: number;
}

// Measured of Ray 2.60.0, idle: all processes of a head, of a worker.
export const ownBytes = { head: bytesFromGb(0.8), worker: bytesFromGb(0.45) };

// A worker whose head was lost comes back as long as it takes the head to: ten restarts within ten minutes.
const restart = { policy: "on-failure", attempts: 10, intervalSeconds: 600, backoffSeconds: 1 } as const;

/**
 * The members of a cluster as instances: what is placed, admitted and watched like any other. One process of Ray on a node is
 * all that a node needs of one cluster, so its members keep apart; pods have a network and a limit each, and do not.
 */
export function rayMembers(written: WrittenRayCluster): Instance[] {
  const ids = memberIds(written);
  const groups = [
    written.head,
    ...written.workers.flatMap((group) => Array.from({ length: mostOf(group) }, () => group)),
  ];
  const isKube = written.launcher === "kuberay";
  const isScaled = isKube && written.workers.some(scaleOf);
  return ids.map((id, at) => {
    const group = groups[at]!;
    const role = at === 0 ? "head" : "worker";
    const heapBytes = heapOf(group, role);
    const sidecar = isScaled && role === "head" ? autoscalerSidecar : undefined;
    return {
      id,
      ...(isKube && { launcher: written.launcher }),
      ...(isKube && written.kubernetes?.node && { boundTo: written.kubernetes.node }),
      ...(group.preferred_node && { preferredNode: group.preferred_node }),
      ramBytes: heapBytes + group.object_store_gb + ownBytes[role] + (sidecar?.memoryBytes ?? 0),
      ...gpuOf(group),
      cpuCores: group.cpu_cores + (sidecar?.cpuCores ?? 0),
      slots: 0,
      affinity: [],
      antiAffinity: isKube ? [] : ids.filter((other) => other !== id),
      network: "open",
      env: {},
      command: [],
      restart,
      ray: {
        cluster: written.name,
        role,
        heapBytes,
        objectStoreBytes: group.object_store_gb,
        ownBytes: ownBytes[role],
        ...(sidecar && { sidecarBytes: sidecar.memoryBytes }),
        cpus: group.cpu_cores,
        gpus: group.gpus,
      },
    };
  });
}

/** The head's id, then its workers'. */
export function memberIds(written: WrittenRayCluster): string[] {
  return [...rayGroups(written).values()].flat();
}

/** The ids behind each name that stands for members, the head first: groups are `<cluster>-<group>`. */
export function rayGroups({ name, workers }: WrittenRayCluster): Map<string, string[]> {
  const head = `${name}-head`;
  return new Map([
    [head, [head]],
    ...workers.map((group): [string, string[]] => {
      const own = `${name}-${group.name}`;
      return [own, Array.from({ length: mostOf(group) }, (_, ordinal) => `${own}-${ordinal}`)];
    }),
  ]);
}

/** For so many there is to be room. */
const mostOf = (group: WrittenRayCluster["workers"][number]): number => scaleOf(group)?.max ?? group.count;

/** What of `memory_gb` is left for tasks and actors, where that is written; it may be less than nothing. */
export function heapOf(
  { heap_gb: heap, memory_gb: memory = 0, object_store_gb: store }: WrittenMember,
  role: RayMember["role"],
): number {
  return heap ?? memory - store - ownBytes[role];
}

function gpuOf({ gpus, gpu_model: gpuModel, gpu_memory_gb: gpuMemoryBytes }: WrittenMember) {
  const gpu = gpus > 0 ? ("required" as const) : ("none" as const);
  return { gpu, gpus, gpuMemoryBytes, ...(gpuModel && { gpuModel }) };
}
