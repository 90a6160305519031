import { IntegerProgram } from "./integer-program";
import { type Kind, kindsOf } from "./kinds";
import { PlacementProgram, terms } from "./placement-program";
import type { Demand, Problem, Room } from "./problem";
import type { Highs } from "./solver";

const mostRounds = 200;
/** Variables in all rounds together. */
const mostVariables = 8_000;
const effort = { branches: 200, work: 4e5 };

/**
 * The smallest set of demands that do not fit together even when all others are left out, of a problem that has no
 * solution; undefined when it is too hard to find. Each round asks for the smallest set that is in no set known to
 * fit; when that does not fit either, it is the answer, else it grows to the largest set that fits, and that is known.
 */
export function smallestConflict(problem: Problem, highs: Highs): Demand[] | undefined {
  const hopeless = problem.demands.find(({ options }) => options.length === 0);
  if (hopeless) return [hopeless];
  const kinds = kindsOf(problem, "nothing");
  const fitting: number[][] = [];
  let variables = mostVariables;
  for (let round = 0; round < mostRounds && variables > 0; round++) {
    const counts = smallestOutside(fitting, kinds, highs);
    const largest = largestWith(counts, kinds, problem.rooms, highs);
    if (largest === "none") return kinds.flatMap(({ demands }, index) => demands.slice(0, counts[index]!));
    if (largest === undefined) return undefined;
    fitting.push(largest.counts);
    variables -= largest.variables;
  }
  return undefined;
}

/** How many of each kind fit together with so many of each that are wanted, as many as possible in all. */
function largestWith(
  wanted: readonly number[],
  kinds: readonly Kind[],
  rooms: readonly Room[],
  highs: Highs,
): { counts: number[]; variables: number } | "none" | undefined {
  const program = new PlacementProgram(kinds, rooms);
  for (const [index, kind] of kinds.entries()) program.require(kind, wanted[index]!);
  const answer = program.maximize(terms(program.picks), highs, effort);
  if (answer.kind === "infeasible") return "none";
  if (answer.kind === "unknown" || !answer.proven) return undefined;
  const countOf = (kind: Kind) =>
    program.of(kind).reduce((sum, { variable }) => sum + Math.round(answer.values[variable]!), 0);
  return { counts: kinds.map(countOf), variables: program.variables };
}

/** How many of each kind, as few as possible in all, so that no fitting set has as many of every kind. */
function smallestOutside(fitting: readonly number[][], kinds: readonly Kind[], highs: Highs): number[] {
  if (fitting.length === 0) return kinds.map(() => 0);
  const program = new IntegerProgram();
  // The variable at [kind][count] says: more than `count` of the kind.
  const moreThan = kinds.map(({ demands }) => demands.map(() => program.whole(1)));
  for (const more of moreThan) {
    for (let count = 1; count < more.length; count++)
      program.row(
        [
          [1, more[count - 1]!],
          [-1, more[count]!],
        ],
        ">=",
        0,
      );
  }
  for (const counts of fitting) {
    const outside = counts.flatMap((count, index) => moreThan[index]![count] ?? []);
    program.row(
      outside.map((variable) => [1, variable] as const),
      ">=",
      1,
    );
  }
  const answer = program.maximize(
    moreThan.flat().map((variable) => [-1, variable] as const),
    highs,
  );
  if (answer.kind !== "solution") return kinds.map(({ demands }) => demands.length);
  return moreThan.map((more) => more.filter((variable) => answer.values[variable]! > 0.5).length);
}
