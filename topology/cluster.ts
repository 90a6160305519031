import { z } from "zod";
import { flag, line, name, section, wholeNumber } from "./fields";
import { memoryHeadroomSchema, type Node, nodeSchema, toHeadroom, toNode } from "./node";

export interface Cluster {
  name: string;
  coordinatorHost: string;
  nodes: Node[];
  /** Both ends belong to it. */
  peerPorts: { start: number; end: number };
  healthCheck: { enabled: boolean; intervalSeconds: number };
  failover: { enabled: boolean; autoRestart: boolean };
}

// The low ports are root's, and no instance runs as root.
const port = wholeNumber(1024, 65_535);

export const clusterSchema = section("a map with cluster and nodes", {
  cluster: section("a map with name", {
    name,
    coordinator_host: line("a host name or address").default("localhost"),
  }),
  nodes: z.array(nodeSchema, "a list of nodes").min(1, "at least one node"),
  memory_headroom: memoryHeadroomSchema.default({}),
  network: section("a map with peer_port_range", {
    peer_port_range: section("a map with start and end", { start: port, end: port }).default({
      start: 9000,
      end: 9100,
    }),
  }).prefault({}),
  health_check: section("a map with enabled and interval_seconds", {
    enabled: flag.default(true),
    interval_seconds: wholeNumber(1, 86_400).default(30),
  }).prefault({}),
  failover: section("a map with enabled and auto_restart", {
    enabled: flag.default(true),
    auto_restart: flag.default(true),
  }).prefault({}),
});

export type WrittenCluster = z.output<typeof clusterSchema>;

export function toCluster(written: WrittenCluster): Cluster {
  const headroom = toHeadroom(written.memory_headroom);
  return {
    name: written.cluster.name,
    coordinatorHost: written.cluster.coordinator_host,
    nodes: written.nodes.map((node) => toNode(node, headroom)),
    peerPorts: written.network.peer_port_range,
    healthCheck: {
      enabled: written.health_check.enabled,
      intervalSeconds: written.health_check.interval_seconds,
    },
    failover: { enabled: written.failover.enabled, autoRestart: written.failover.auto_restart },
  };
}
