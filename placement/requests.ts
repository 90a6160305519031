import type { Instance } from "../topology/instance";
import type { Topology } from "../topology/topology";
import { compare } from "./compare";
import { hintsChanged } from "./hints";
import { portsOf } from "./ports";

/** An instance in search of a node. */
export interface Request {
  instance: Instance;
  /** The node that the scenario's `placement:` names. */
  pinnedTo: string | undefined;
  /** Ids it must not meet, named by itself or by them. */
  conflicts: ReadonlySet<string>;
  affinity: ReadonlySet<string>;
  /** Only with `network: peers`, or, the first of a block, of a member of a Ray cluster; and while there are ports. */
  port: number | undefined;
  /** The node it ran on before. */
  was: string | undefined;
  /** Whether it ran on the GPU there. Undefined: not known. */
  wasOnGpu: boolean | undefined;
  /** The devices it had there. Undefined: none, or not known. */
  wasGpuDevices: readonly number[] | undefined;
  /** Why it is decided anew although it ran before. */
  anew: string | undefined;
  /** The node it must stay on, because nothing that runs may move. */
  heldTo?: string;
}

/**
 * The scenario's instances in the order in which they are placed. Those with a manual placement go first, so that no
 * other takes their room; then those that require a GPU, those that prefer one, the rest; within these those that take more
 * of GPUs, then the larger first.
 */
export function requestsOf(topology: Topology): Request[] {
  const { instances, placement, rebalance } = topology.scenario;
  const { previous } = topology.observed;
  const conflicts = conflictsOf(instances);
  const ports = portsOf(topology);
  const ids = new Set(instances.map(({ id }) => id));
  return instances
    .map((instance) => ({
      instance,
      pinnedTo: Object.hasOwn(placement, instance.id) ? placement[instance.id] : undefined,
      conflicts: conflicts.get(instance.id)!,
      affinity: new Set(instance.affinity),
      port: ports.get(instance.id),
      was: Object.hasOwn(previous, instance.id) ? previous[instance.id]!.node : undefined,
      wasOnGpu: Object.hasOwn(previous, instance.id) ? previous[instance.id]!.onGpu : undefined,
      wasGpuDevices: Object.hasOwn(previous, instance.id) ? previous[instance.id]!.gpuDevices : undefined,
      anew: rebalance
        ? "the scenario says rebalance"
        : hintsChanged(instance, previous, ids)
          ? "its own wishes changed"
          : undefined,
    }))
    .sort(byUrgency);
}

const gpuOrder = { required: 0, preferred: 1, none: 2 };

function byUrgency(a: Request, b: Request): number {
  return (
    Number(a.pinnedTo === undefined) - Number(b.pinnedTo === undefined) ||
    gpuOrder[a.instance.gpu] - gpuOrder[b.instance.gpu] ||
    b.instance.gpus - a.instance.gpus ||
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
