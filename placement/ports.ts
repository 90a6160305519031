import type { Instance } from "../topology/instance";
import { portsPerMember } from "../topology/ray-ports";
import type { Topology } from "../topology/topology";
import { compare } from "./compare";

/** What an instance needs a port for: a conversation with its peers, or all that a member of a Ray cluster listens on. */
export function portUse({ network, ray, launcher }: Instance): "peers" | "ray" | undefined {
  // A pod has an address of its own, and with it every port.
  if (launcher === "kuberay") return undefined;
  if (ray) return "ray";
  return network === "peers" ? "peers" : undefined;
}

/**
 * A port for each instance with `network: peers`, the first of a block for each member of a Ray cluster, placed or not: what
 * does not fit shifts nobody's port. The one it had if it is free, else the lowest free one; by id. Ports are the cluster's:
 * another stack's are taken on every node.
 */
export function portsOf({ cluster, scenario, observed }: Topology): Map<string, number> {
  const others = observed.others.flatMap(({ port, slots }) =>
    port === undefined ? [] : blockOf(port, slots === undefined ? 1 : portsPerMember),
  );
  const portOf = (id: string) => observed.previous[id]?.port;
  const idsOf = (use: "peers" | "ray") =>
    scenario.instances.filter((instance) => portUse(instance) === use).map(({ id }) => id);
  return new Map([
    ...blocksFor(idsOf("peers"), cluster.peerPorts, 1, others, portOf),
    ...blocksFor(idsOf("ray"), cluster.rayPorts, portsPerMember, others, portOf),
  ]);
}

/** What takes no slot is a member of a Ray cluster. */
const blockOf = (first: number, length: number) => Array.from({ length }, (_, offset) => first + offset);

/** @param held ports of others */
function blocksFor(
  ids: readonly string[],
  { start, end }: { start: number; end: number },
  length: number,
  held: readonly number[],
  before: (id: string) => number | undefined,
): Map<string, number> {
  const taken = new Set(held);
  const given = new Map<string, number>();
  const sorted = [...ids].sort(compare);
  const last = end - length + 1;
  for (const id of sorted) {
    const port = before(id);
    if (port !== undefined && port >= start && port <= last) take(id, port);
  }
  let lowest = start;
  for (const id of sorted) {
    while (!given.has(id) && lowest <= last) {
      take(id, lowest);
      lowest += length;
    }
  }
  return given;

  function take(id: string, first: number): void {
    const block = blockOf(first, length);
    if (block.some((port) => taken.has(port))) return;
    for (const port of block) taken.add(port);
    given.set(id, first);
  }
}
