import type { StackState } from "../stack/state";
import type { StackOnNode } from "./ask-census";

/** Something of Berth's on a node that no stack owns. */
export interface Orphan {
  readonly node: string;
  readonly stack: string;
  /** Undefined: the whole stack. */
  readonly instance?: string;
  /** The Ray cluster, where `instance` is a job that no update follows. */
  readonly cluster?: string;
  readonly owner: string | null;
  readonly processes: number;
  readonly why: string;
  /** Another coordinator's, as far as anybody can tell here: it is shown, and left alone. */
  readonly foreign: boolean;
}

/**
 * What a node has that no stack of this back end knows. `states`: by stack, of all the back end knows. `self`: how this checkout
 * begins an owner; what was started from here and is in no state has lost it, and what others started is theirs. `abandoned`: an
 * owner whose state is lost, by the user's word.
 */
export function orphans(
  node: string,
  stacks: readonly StackOnNode[],
  states: ReadonlyMap<string, StackState>,
  self: string,
  abandoned?: string,
): Orphan[] {
  return stacks.flatMap(({ stack, owner, processes, instances, jobs }): Orphan[] => {
    const state = states.get(stack);
    if (state?.owner !== undefined && (owner === state.owner || owner === null)) {
      const isKnown = (id: string) => state.known.some((one) => one.instance === id && one.node === node);
      const unknown = instances.filter(({ id }) => !isKnown(id));
      const why = `the state of ${stack} does not have it here`;
      const isInState = (id: string) => state.jobs.some((one) => one.id === id && one.node === node);
      const cutOff = jobs.filter((job) => job.state === "abandoned" && !isInState(job.id));
      const about = { node, stack, owner, processes, why, foreign: false };
      return [
        ...unknown.map(({ id }) => ({ ...about, instance: id })),
        ...cutOff.map(({ id, cluster }) => ({ ...about, instance: id, cluster })),
      ];
    }
    const isOurs = owner === null || owner === abandoned || owner.startsWith(`${self}#`);
    const why = owner === null ? "nobody says whose it is" : `it belongs to ${owner}`;
    return [{ node, stack, owner, processes, why, foreign: !isOurs }];
  });
}
