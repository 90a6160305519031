import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Topology } from "./topology";

/** Names of the nodes that were given up with `./berth gone`: the folders in their cluster's folder, sorted. */
export function goneNodes(clusterFolder: string): string[] {
  return existsSync(clusterFolder) ? readdirSync(clusterFolder).sort() : [];
}

/** The topology in which those nodes are gone, whatever else was observed of them. `folder` is `berth:gone`. */
export function withGoneNodes(topology: Topology, folder: string): Topology {
  const { cluster, observed } = topology;
  const nodes = { ...observed.nodes };
  for (const node of goneNodes(join(folder, cluster.name))) nodes[node] = { ...nodes[node], gone: true };
  return { ...topology, observed: { ...observed, nodes } };
}
