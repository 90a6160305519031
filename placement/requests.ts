import type { Instance } from "../topology/instance";
import type { Scenario } from "../topology/scenario";
import { compare } from "./compare";

/** An instance in search of a node. */
export interface Request {
  instance: Instance;
  /** The node that the scenario's `placement:` names. */
  pinnedTo: string | undefined;
  /** Ids it must not meet, named by itself or by them. */
  conflicts: ReadonlySet<string>;
  affinity: ReadonlySet<string>;
}

/**
 * The scenario's instances in the order in which they are placed. Those with a manual placement go first, so that no
 * other takes their room; then those that require a GPU, those that prefer one, the rest; within these the larger first.
 */
export function requestsOf({ instances, placement }: Scenario): Request[] {
  const conflicts = conflictsOf(instances);
  return instances
    .map((instance) => ({
      instance,
      pinnedTo: Object.hasOwn(placement, instance.id) ? placement[instance.id] : undefined,
      conflicts: conflicts.get(instance.id)!,
      affinity: new Set(instance.affinity),
    }))
    .sort(byUrgency);
}

const gpuOrder = { required: 0, preferred: 1, none: 2 };

function byUrgency(a: Request, b: Request): number {
  return (
    Number(a.pinnedTo === undefined) - Number(b.pinnedTo === undefined) ||
    gpuOrder[a.instance.gpu] - gpuOrder[b.instance.gpu] ||
    demandOf(b.instance) - demandOf(a.instance) ||
    compare(a.instance.id, b.instance.id)
  );
}

function demandOf({ ramBytes, gpuMemoryBytes }: Instance): number {
  return ramBytes + gpuMemoryBytes;
}

/** Anti-affinity binds both, whoever of them wrote it. */
function conflictsOf(instances: readonly Instance[]): Map<string, Set<string>> {
  const conflicts = new Map(instances.map(({ id, antiAffinity }) => [id, new Set(antiAffinity)]));
  for (const { id, antiAffinity } of instances) {
    for (const other of antiAffinity) conflicts.get(other)?.add(id);
  }
  return conflicts;
}
