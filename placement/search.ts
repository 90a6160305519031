import { Arrangement } from "./arrangement";
import { complete } from "./complete";
import type { Choice } from "./decide";
import { improve } from "./improve";
import { kindsOf } from "./kinds";
import type { Gap } from "./plan";
import type { Problem } from "./problem";
import type { Highs } from "./solver";

export type Found =
  | { kind: "placed"; choices: Map<string, Choice>; gap: Gap }
  /** Proven: no full placement exists. */
  | { kind: "impossible" }
  | { kind: "unknown" };

/**
 * The best full placement: fewest moves, then the highest sum of scores, then the tie order; what is not proven of that is
 * the gap. Or the proof that there is none. However large the problem is.
 * @param start a placement that may leave some out, to begin with
 */
export function search(
  problem: Problem,
  highs: Highs,
  start: ReadonlyMap<string, Choice> = new Map(),
): Found {
  const arrangement = arrange(problem, highs, start);
  if (typeof arrangement === "string") return { kind: arrangement };
  const gap = improve(arrangement, problem, highs);
  return { kind: "placed", choices: arrangement.choices(), gap };
}

/** A full placement, not yet a good one: those of the start are moved only where that places others. */
export function arrange(
  problem: Problem,
  highs: Highs,
  start: ReadonlyMap<string, Choice>,
): Arrangement | "impossible" | "unknown" {
  if (problem.demands.some(({ options }) => options.length === 0)) return "impossible";
  const arrangement = new Arrangement(problem, kindsOf(problem, "scores"));
  arrangement.take(start);
  const outcome = complete(arrangement, problem, highs);
  return outcome === "placed" ? arrangement : outcome;
}
