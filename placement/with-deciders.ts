import type { Placement } from "./plan";

/**
 * Adds to every node that would have been as good or better for an instance at its turn what decided against it, where the
 * tie order did not: that the instance stays, or that it was passed over in a plan that is not proven to be the best.
 */
export function withDeciders(placements: readonly Placement[], isProven: boolean): Placement[] {
  return placements.map((placement) => {
    const others = placement.others.map((other) => {
      if (other.score < placement.score) return other;
      if (placement.stays) return { ...other, decidedBy: "stays" as const };
      const isKnown = other.decidedBy !== undefined && other.decidedBy !== "all together";
      return isProven || isKnown ? other : { ...other, decidedBy: "made room" as const };
    });
    return { ...placement, others };
  });
}
