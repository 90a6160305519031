import { createHash } from "node:crypto";
import type { RayCluster } from "../topology/ray-cluster";
import { rayPorts } from "../topology/ray-ports";
import type { Placed } from "./instance-view";

/** Where a cluster is led from. */
export interface RayAddress {
  readonly host: string;
  readonly port: number;
}

/** What a node is told of a member: all that its command line is made of there. Plain, and without the token. */
export function raySpec(cluster: RayCluster, { node, instance, placement }: Placed, head: RayAddress) {
  const { role, cpus, gpus, heapBytes, objectStoreBytes } = instance.ray!;
  return {
    cluster: cluster.name,
    role,
    host: node.args.machine.connection.host,
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
