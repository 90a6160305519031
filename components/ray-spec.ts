import { createHash } from "node:crypto";
import type { Placement } from "../placement/plan";
import type { Instance } from "../topology/instance";
import type { RayCluster } from "../topology/ray-cluster";
import { rayPorts } from "../topology/ray-ports";

/** Where a cluster is led from. */
export interface RayAddress {
  readonly host: string;
  readonly port: number;
}

/** A member with its place. */
export interface RayMemberAt {
  readonly instance: Instance;
  readonly placement: Pick<Placement, "port">;
  /** Where the others reach it. */
  readonly host: string;
}

/** What a node is told of a member: all that its command line is made of there. Plain, and without the token. */
export function raySpec(cluster: RayCluster, { host, instance, placement }: RayMemberAt, head: RayAddress) {
  const { role, cpus, gpus, heapBytes, objectStoreBytes } = instance.ray!;
  return {
    cluster: cluster.name,
    role,
    host,
    head,
    ports: rayPorts(placement.port!),
    num_cpus: cpus,
    num_gpus: gpus,
    memory_bytes: heapBytes,
    object_store_bytes: objectStoreBytes,
    health_checks: cluster.healthChecks,
    memory_threshold: cluster.memoryThreshold,
    redis: cluster.redis,
    environment: environmentDigest(cluster),
  };
}

/** Changes with what is installed: then the members are started anew. */
function environmentDigest({ version, python, requirements, wheels }: RayCluster): string {
  const text = JSON.stringify([version, python, requirements, wheels]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

export type RaySpec = ReturnType<typeof raySpec>;
