import type { Instance } from "../../topology/instance";
import type { Node } from "../../topology/node";
import { noObservations } from "../../topology/observed";
import type { Topology } from "../../topology/topology";

export const gb = (size: number) => Math.round(size * 1e9);

/** A healthy node of 16 GB without a GPU that takes four instances. */
export function aNode(fields: Partial<Node> = {}): Node {
  const ramBytes = fields.ramBytes ?? gb(16);
  return {
    name: "node",
    type: "generic",
    arch: undefined,
    labels: {},
    status: "HEALTHY",
    ramBytes,
    reservedRamBytes: ramBytes / 8,
    unifiedMemory: false,
    gpu: false,
    gpus: fields.gpu ? 1 : 0,
    gpuMemoryBytes: 0,
    maxInstances: 4,
    coTenants: [],
    memoryHeadroom: { require: 0.15, advise: 0.2 },
    memoryFloor: 0.05,
    connection: { host: "192.0.2.1", port: 22, user: "berth" },
    remoteWorkDir: "~/berth",
    ...fields,
  };
}

/** An instance of 1 GB without wishes. */
export function anInstance(fields: Partial<Instance> = {}): Instance {
  return {
    id: "instance",
    ramBytes: gb(1),
    cpuCores: 0,
    gpu: "none",
    gpus: 0,
    gpuMemoryBytes: 0,
    slots: 1,
    affinity: [],
    antiAffinity: [],
    network: "open",
    env: {},
    command: ["python3", "main.py"],
    restart: { policy: "on-failure", attempts: 3, intervalSeconds: 1800, backoffSeconds: 1 },
    ...fields,
  };
}

export function aTopology(
  nodes: Node[],
  instances: Instance[],
  placement: Record<string, string> = {},
): Topology {
  return {
    cluster: {
      name: "cluster",
      coordinatorHost: "localhost",
      nodes,
      peerPorts: { start: 9000, end: 9100 },
      rayPorts: { start: 20_000, end: 32_767 },
      healthCheck: { enabled: true, intervalSeconds: 30, graceSeconds: 60 },
      failover: { enabled: true, autoRestart: true, leaseSeconds: 60 },
    },
    scenario: {
      name: "scenario",
      instances,
      rayClusters: [],
      rayJobs: [],
      placement,
      purge: false,
      rebalance: false,
      allowMoves: true,
      strategy: "balanced",
    },
    observed: noObservations,
  };
}
