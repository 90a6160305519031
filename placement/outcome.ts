import type { Candidate } from "./plan";

/** What decided against a node that would have worked, in words. */
export function outcome(decidedBy: NonNullable<Candidate["decidedBy"]>): string {
  if (decidedBy === "stays") return "it stays where it runs";
  if (decidedBy === "all together") return "outweighed by what the others gain";
  if (decidedBy === "made room") return "passed over to make room for all, not proven to be needed";
  if (decidedBy === "packed") return "passed over, as all are placed close together";
  return `equal, decided by: ${decidedBy}`;
}
