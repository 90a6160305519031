import type { Effort } from "./integer-program";
import { mostRelaxed, mostWhole } from "./sizes";

/** On so many nodes a proof may take seconds of a preview. */
const fewNodes = 40;
/** Variables for three times as many instances there, all different. */
const mostPatient = 6000;

/** Some seconds, a few of the 10 that a preview may take for it. */
const patient: Effort = { branches: 20_000, work: 8e7 };
/** As much: a relaxed program that does not end proves nothing. */
const relaxed: Effort = { relaxed: true, work: 8e7 };

/**
 * How hard the solver tries to prove that nothing is better than what was found. Undefined: the program is too large to try.
 * @param start what was found
 */
export function provingEffort(
  nodes: number,
  variables: number,
  start: readonly number[],
): Effort | undefined {
  if (nodes <= fewNodes && variables <= mostPatient) return { start, ...patient };
  if (variables <= mostWhole) return { start };
  return variables <= mostRelaxed ? relaxed : undefined;
}
