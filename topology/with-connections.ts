import type { WrittenCluster } from "./cluster";
import type { WrittenConnections } from "./connection";

/** The cluster with its nodes reached as the overlay says. */
export function withConnections(cluster: WrittenCluster, connections: WrittenConnections): WrittenCluster {
  return {
    ...cluster,
    nodes: cluster.nodes.map((node) => {
      const overlay = connections.nodes[node.name];
      // Another host is another machine: the key and the way to the first one mean nothing there.
      const elsewhere = overlay?.host && { host_key: undefined, jump_host: undefined, ssh_port: 22 };
      return { ...node, ...elsewhere, ...overlay };
    }),
  };
}
