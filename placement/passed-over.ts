import type { Placement } from "./plan";

/**
 * Says of every node that would have been better for an instance at its turn that it was passed over. For a plan in which all
 * have a place, but which is not proven to be the best: what would have become of the others there is not known.
 */
export function passedOver(placements: readonly Placement[]): Placement[] {
  return placements.map((placement) => {
    if (placement.stays) return placement;
    const others = placement.others.map((other) => {
      const isExplained = other.score < placement.score || other.decidedBy !== undefined;
      const isProof = other.decidedBy === "all together";
      return isExplained && !isProof ? other : { ...other, decidedBy: "made room" as const };
    });
    return { ...placement, others };
  });
}
