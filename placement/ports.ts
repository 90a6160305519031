import type { Topology } from "../topology/topology";
import { compare } from "./compare";

/**
 * A port for each instance with `network: peers`, placed or not: what does not fit shifts nobody's port. The one it had
 * if it is free, else the lowest free one; by id. Ports are the cluster's: another stack's are taken on every node.
 */
export function portsOf({ cluster, scenario, observed }: Topology): Map<string, number> {
  const { start, end } = cluster.peerPorts;
  const taken = new Set(observed.others.map(({ port }) => port));
  const ports = new Map<string, number>();
  const ids = scenario.instances.filter(({ network }) => network === "peers").map(({ id }) => id);
  ids.sort(compare);
  for (const id of ids) {
    const port = observed.previous[id]?.port;
    if (port !== undefined && port >= start && port <= end) take(id, port);
  }
  let lowest = start;
  for (const id of ids) {
    while (!ports.has(id) && lowest <= end) take(id, lowest++);
  }
  return ports;

  function take(id: string, port: number): void {
    if (taken.has(port)) return;
    taken.add(port);
    ports.set(id, port);
  }
}
