import type { z } from "zod";
import { filledList, flag, line, name, section, wholeNumber } from "./fields";
import { memoryHeadroomSchema } from "./memory-headroom";
import { type Node, nodeSchema, toNode } from "./node";

export interface Cluster {
  name: string;
  coordinatorHost: string;
  nodes: Node[];
  /** How those with `kubernetesNode` are reached. Undefined: there are none. */
  kubernetes?: {
    context: string;
    /** As written: a leading `~` is expanded by whoever opens it. Undefined: `$KUBECONFIG`, else `~/.kube/config`. */
    kubeconfig?: string;
  };
  /** Both ends belong to it. */
  peerPorts: { start: number; end: number };
  /** The same for members of Ray clusters. */
  rayPorts: { start: number; end: number };
  healthCheck: { enabled: boolean; intervalSeconds: number; graceSeconds: number };
  failover: {
    enabled: boolean;
    autoRestart: boolean;
    /** 0: instances never end for want of a renewal. */
    leaseSeconds: number;
  };
}

// The low ports are root's, and no instance runs as root.
const port = wholeNumber(1024, 65_535);

// No default of the schema: whether they are written decides whether peers must not have them where no scenario uses Ray.
export const defaultRayPorts = { start: 20_000, end: 32_767 };

export const clusterSchema = section("a map with cluster and nodes", {
  cluster: section("a map with name", {
    name: name.meta({ description: "What plans and messages call it", example: "brain-in-jar-cluster" }),
    coordinator_host: line("a host name or address")
      .default("localhost")
      .meta({ description: "The machine that runs Pulumi", example: "192.168.1.10" }),
  }).meta({ description: "The cluster as a whole" }),
  kubernetes: section("a map with context", {
    context: line("a context of the kubeconfig").meta({
      description: "The context in the kubeconfig. What kubectl points at is never used by itself",
      example: "brain",
    }),
    kubeconfig: line("the path of a kubeconfig").optional().meta({
      description: "File that says where the API server is and who asks",
      absent: "`$KUBECONFIG`, else `~/.kube/config`",
      example: "~/.kube/brain.yaml",
    }),
  })
    .optional()
    .meta({
      description: "The Kubernetes cluster whose nodes have a `kubernetes_node`",
      absent: "no node is one of Kubernetes",
    }),
  nodes: filledList("a list of nodes", nodeSchema, "at least one node").meta({
    description: "The machines. Their order in the file changes nothing",
  }),
  memory_headroom: memoryHeadroomSchema
    .default({})
    .meta({ description: "RAM to leave free on every node that does not say it itself" }),
  network: section("a map with peer_port_range and ray_port_range", {
    peer_port_range: section("a map with start and end", {
      start: port.meta({ description: "The first port", example: 9000 }),
      end: port.meta({ description: "The last port; it belongs to the range", example: 9100 }),
    })
      .default({ start: 9000, end: 9100 })
      .meta({ description: "Ports for instances with `network: peers`, one for each" }),
    ray_port_range: section("a map with start and end", {
      start: port.meta({ description: "The first port", example: 20000 }),
      end: port.meta({ description: "The last port; it belongs to the range", example: 32767 }),
    })
      .optional()
      .meta({
        description:
          "Ports for members of Ray clusters, 64 for each. From 32768 on Linux takes ports for itself",
        absent: `\`{start: ${defaultRayPorts.start}, end: ${defaultRayPorts.end}}\``,
      }),
  })
    .prefault({})
    .meta({ description: "How instances reach each other" }),
  health_check: section("a map with enabled, interval_seconds and grace_seconds", {
    enabled: flag.default(true).meta({ description: "Whether nodes are asked how they are", example: false }),
    interval_seconds: wholeNumber(1, 86_400)
      .default(30)
      .meta({ description: "Seconds from one question to the next", example: 10 }),
    grace_seconds: wholeNumber(0, 86_400).default(60).meta({
      description:
        "Seconds that a node which had answered may be silent, from the first question in vain, before it counts as unavailable; until then it is degraded",
      example: 120,
    }),
  })
    .prefault({})
    .meta({ description: "Watching the nodes" }),
  failover: section("a map with enabled, auto_restart and lease_seconds", {
    enabled: flag.default(true).meta({
      description: "Whether a node that stays out of reach gives up its instances",
      example: false,
    }),
    auto_restart: flag
      .default(true)
      .meta({ description: "Whether what it gave up is started elsewhere by itself", example: false }),
    lease_seconds: wholeNumber(0, 86_400).optional().meta({
      description:
        "Seconds that instances go on after the last word of `./berth watch`; then they end by themselves, so that none runs twice. At least twice interval_seconds; 0: they never end for that. Without a watch nothing ends",
      absent: "`grace_seconds`, but at least twice `interval_seconds`",
      example: 120,
    }),
  })
    .prefault({})
    .meta({ description: "What happens when a node is lost" }),
}).meta({
  description: "The machines that experiments can be placed on, as in `stacks/clusters/*.yaml`",
});

export type WrittenCluster = z.output<typeof clusterSchema>;

export function toCluster(written: WrittenCluster): Cluster {
  return {
    name: written.cluster.name,
    coordinatorHost: written.cluster.coordinator_host,
    ...(written.kubernetes && { kubernetes: toKubernetes(written.kubernetes) }),
    nodes: written.nodes.map((node) => toNode(node, written.memory_headroom)),
    peerPorts: written.network.peer_port_range,
    rayPorts: written.network.ray_port_range ?? defaultRayPorts,
    healthCheck: {
      enabled: written.health_check.enabled,
      intervalSeconds: written.health_check.interval_seconds,
      graceSeconds: written.health_check.grace_seconds,
    },
    failover: {
      enabled: written.failover.enabled,
      autoRestart: written.failover.auto_restart,
      leaseSeconds:
        written.failover.lease_seconds ??
        Math.max(written.health_check.grace_seconds, 2 * written.health_check.interval_seconds),
    },
  };
}

function toKubernetes({ context, kubeconfig }: NonNullable<WrittenCluster["kubernetes"]>) {
  return { context, ...(kubeconfig && { kubeconfig }) };
}
