import type { Effort } from "./integer-program";
import { mostRelaxed, mostWhole } from "./sizes";

/** On so many nodes a proof may take seconds of a preview. */
const fewNodes = 40;
/** Variables for three times as many instances there, all different. */
const mostPatient = 6000;

/** Of all proofs of a plan together: some seconds, most of the 10 that a preview may take for them. */
const work = 1e8;
const branches = 20_000;

/**
 * How hard the solver tries to prove that nothing is better than what was found. Undefined: the program is too large to try.
 * @param proofs how many a plan may need
 * @param start what was found
 */
export function provingEffort(
  proofs: number,
  nodes: number,
  variables: number,
  start: readonly number[],
): Effort | undefined {
  if (nodes <= fewNodes && variables <= mostPatient) return { start, branches, work: work / proofs };
  if (variables <= mostWhole) return { start };
  // A relaxed program that does not end proves nothing.
  return variables <= mostRelaxed ? { relaxed: true, work: work / proofs } : undefined;
}
