import type { Placement, Plan } from "./plan";

/**
 * Adds to every node that would have been as good or better for an instance at its turn what decided against it, where the
 * tie order did not: that the instance stays, or that it was passed over in a plan that is packed or not proven to be the best.
 */
export function withDeciders(placements: readonly Placement[], method: Plan["method"]): Placement[] {
  const instead = deciders[method];
  return placements.map((placement) => {
    const others = placement.others.map((other) => {
      if (other.score < placement.score) return other;
      if (placement.stays) return { ...other, decidedBy: "stays" as const };
      if (!instead) return other;
      const isKnown =
        method !== "packed" && other.decidedBy !== undefined && other.decidedBy !== "all together";
      return isKnown ? other : { ...other, decidedBy: instead };
    });
    return { ...placement, others };
  });
}

const deciders = {
  greedy: undefined,
  exact: undefined,
  repaired: "made room",
  packed: "packed",
} as const;
