import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Topology } from "./topology";

/** Names and reasons of the nodes that were drained with `./berth drain`: the files in their cluster's folder, by name. */
export function drainedNodes(clusterFolder: string): Map<string, string> {
  const names = existsSync(clusterFolder) ? readdirSync(clusterFolder).sort() : [];
  return new Map(names.map((name) => [name, readFileSync(join(clusterFolder, name), "utf8").trim()]));
}

/** Why a drained node is in maintenance, and what ends that. */
export function drainedText(node: string, reason: string): string {
  return `drained${reason && `: ${reason}`}; ./berth undrain ${node} takes it back`;
}

/** The topology in which those nodes are in maintenance, whatever the facts say of them. `folder` is `berth:drained`. */
export function withDrainedNodes(topology: Topology, folder: string): Topology {
  const { cluster, observed } = topology;
  const nodes = { ...observed.nodes };
  for (const [node, reason] of drainedNodes(join(folder, cluster.name)))
    nodes[node] = { ...nodes[node], status: "MAINTENANCE", reason: drainedText(node, reason) };
  return { ...topology, observed: { ...observed, nodes } };
}
