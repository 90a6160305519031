import type { Instance } from "./instance";
import type { WrittenMember, WrittenRayCluster } from "./ray-cluster";
import { bytesFromGb } from "./units";

/** What makes an instance a member of a Ray cluster. */
export interface RayMember {
  cluster: string;
  role: "head" | "worker";
  heapBytes: number;
  objectStoreBytes: number;
  /** What Ray's own processes take before anything runs on them. */
  ownBytes: number;
  cpus: number;
  gpus: number;
}

// Measured of Ray 2.60.0, idle: all processes of a head, of a worker.
const ownBytes = { head: bytesFromGb(0.8), worker: bytesFromGb(0.45) };

// A worker whose head was lost comes back as long as it takes the head to: ten restarts within ten minutes.
const restart = { policy: "on-failure", attempts: 10, intervalSeconds: 600, backoffSeconds: 1 } as const;

/**
 * The members of a cluster as instances: what is placed, admitted and watched like any other. One process of Ray on a node is
 * all that a node needs of one cluster, so its members keep apart.
 */
export function rayMembers(written: WrittenRayCluster): Instance[] {
  const ids = memberIds(written);
  const groups = [
    written.head,
    ...written.workers.flatMap((group) => Array.from({ length: group.count }, () => group)),
  ];
  return ids.map((id, at) => {
    const group = groups[at]!;
    const role = at === 0 ? "head" : "worker";
    return {
      id,
      ...(group.preferred_node && { preferredNode: group.preferred_node }),
      ramBytes: group.heap_gb + group.object_store_gb + ownBytes[role],
      ...gpuOf(group),
      cpuCores: group.cpu_cores,
      slots: 0,
      affinity: [],
      antiAffinity: ids.filter((other) => other !== id),
      network: "open",
      env: {},
      command: [],
      restart,
      ray: {
        cluster: written.name,
        role,
        heapBytes: group.heap_gb,
        objectStoreBytes: group.object_store_gb,
        ownBytes: ownBytes[role],
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
      return [own, Array.from({ length: group.count }, (_, ordinal) => `${own}-${ordinal}`)];
    }),
  ]);
}

function gpuOf({ gpus, gpu_model: gpuModel, gpu_memory_gb: gpuMemoryBytes }: WrittenMember) {
  const gpu = gpus > 0 ? ("required" as const) : ("none" as const);
  return { gpu, gpus, gpuMemoryBytes, ...(gpuModel && { gpuModel }) };
}
