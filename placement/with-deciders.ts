import type { Candidate, Placement, Plan } from "./plan";

/**
 * Adds to every node that would have been as good or better for an instance at its turn what decided against it, where the
 * tie order did not: that the instance stays, or that it was passed over in a plan that is packed or not proven to be the best.
 */
export function withDeciders(placements: readonly Placement[], method: Plan["method"]): Placement[] {
  const instead = deciders[method];
  const marked = { stays: marker("stays"), instead: instead && marker(instead) };
  return placements.map((placement) => {
    if (!placement.stays && !marked.instead) return placement;
    const others = placement.others.map((other) => {
      if (other.score < placement.score) return other;
      if (placement.stays) return marked.stays(other);
      const isKnown =
        method !== "packed" && other.decidedBy !== undefined && other.decidedBy !== "all together";
      return isKnown ? other : marked.instead!(other);
    });
    return { ...placement, others };
  });
}

/** Equal candidates are one object, and stay it: a large plan holds millions of them. */
function marker(decidedBy: NonNullable<Candidate["decidedBy"]>): (other: Candidate) => Candidate {
  const known = new Map<Candidate, Candidate>();
  return (other) => {
    const before = known.get(other);
    if (before) return before;
    const marked = { ...other, decidedBy };
    known.set(other, marked);
    return marked;
  };
}

const deciders = {
  greedy: undefined,
  exact: undefined,
  repaired: "made room",
  packed: "packed",
} as const;
