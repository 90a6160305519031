import type { Instance } from "../topology/instance";
import type { Topology } from "../topology/topology";
import { bytesFromGb, showGb, showGib } from "../topology/units";
import { compare } from "./compare";

/** More groups than these would be a search of its own. */
const mostGroups = 6;

/**
 * What would let a whole scenario fit, said of the groups of workers that do not: fewer of them, or smaller ones, the least that
 * is given up, each by itself.
 * @param ids of the instances that do not fit together
 * @param fits whether all of a topology's instances have a place
 */
export function smallerGroups(
  topology: Topology,
  ids: readonly string[],
  fits: (situation: Topology) => boolean,
): string[] {
  const { instances } = topology.scenario;
  const workers = instances.filter(({ ray }) => ray?.role === "worker");
  const groups = new Map<string, Instance[]>();
  for (const worker of workers) groups.set(groupOf(worker), [...(groups.get(groupOf(worker)) ?? []), worker]);
  return [...groups]
    .filter(([, group]) => group.some(({ id }) => ids.includes(id)))
    .sort(([a], [b]) => compare(a, b))
    .slice(0, mostGroups)
    .flatMap(([name, group]) => [...fewer(name, group), ...smaller(name, group)]);

  function fewer(name: string, group: readonly Instance[]): string[] {
    const left = largest(1, group.length - 1, (count) => {
      const out = new Set(group.slice(count));
      return fits(withInstances(instances.filter((one) => !out.has(one))));
    });
    if (left === undefined) return [];
    return [`with ${left} of ${group.length} workers in ${name} all would fit`];
  }

  /** In steps of a GB: whoever writes the file would not write less. */
  function smaller(name: string, group: readonly Instance[]): string[] {
    const [{ ray, ramBytes }] = group as [Instance];
    const least = Math.floor((ray!.objectStoreBytes + ray!.ownBytes) / bytesFromGb(1)) + 1;
    const memory = largest(least, Math.ceil(ramBytes / bytesFromGb(1)) - 1, (gb) => {
      const resized = instances.map((one) =>
        group.includes(one) ? { ...one, ramBytes: bytesFromGb(gb) } : one,
      );
      return fits(withInstances(resized));
    });
    if (memory === undefined) return [];
    const [to, from] = [bytesFromGb(memory), ramBytes].map((bytes) => `${showGb(bytes)} (${showGib(bytes)})`);
    return [`with memory_gb: ${memory} for ${name}, ${to} each instead of ${from}, all would fit`];
  }

  function withInstances(some: Instance[]): Topology {
    return { ...topology, scenario: { ...topology.scenario, instances: some } };
  }
}

/** `<cluster>-<group>` of a worker. */
const groupOf = ({ id }: Instance): string => id.replace(/-\d+$/, "");

/** The largest whole number of a range for which it holds, where it holds for all that are smaller. */
function largest(from: number, to: number, holds: (value: number) => boolean): number | undefined {
  let [low, high] = [from - 1, to];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low < from ? undefined : low;
}
