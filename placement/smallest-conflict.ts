import { IntegerProgram } from "./integer-program";
import { PlacementProgram, terms } from "./placement-program";
import type { Demand, Problem } from "./problem";
import type { Highs } from "./solver";

const mostRounds = 200;

/**
 * The smallest set of demands that do not fit together even when all others are left out, of a problem that has no
 * solution; undefined when it is too hard to find. Each round asks for the smallest set that is in no set known to
 * fit; when that does not fit either, it is the answer, else it grows to the largest set that fits, and that is known.
 */
export function smallestConflict(problem: Problem, highs: Highs): Demand[] | undefined {
  const hopeless = problem.demands.find(({ options }) => options.length === 0);
  if (hopeless) return [hopeless];
  const groups = interchangeable(problem.demands);
  const fitting: number[][] = [];
  for (let round = 0; round < mostRounds; round++) {
    const counts = smallestOutside(fitting, groups, highs);
    const wanted = groups.flatMap((group, index) => group.slice(0, counts[index]!));
    const largest = largestWith(wanted, problem, highs);
    if (largest === "none") return wanted;
    if (largest === undefined) return undefined;
    fitting.push(groups.map((group) => group.filter((demand) => largest.has(demand)).length));
  }
  return undefined;
}

/** Everything that fits together with what is wanted, as many as possible. */
export function largestWith(
  wanted: readonly Demand[],
  problem: Problem,
  highs: Highs,
): ReadonlySet<Demand> | "none" | undefined {
  const program = new PlacementProgram(problem);
  for (const demand of wanted) program.require(demand);
  const answer = program.maximize(terms(program.picks), highs);
  if (answer.kind === "infeasible") return "none";
  if (answer.kind === "unknown" || !answer.proven) return undefined;
  const chosen = program.picks.filter(({ variable }) => answer.values[variable]! > 0.5);
  return new Set(chosen.map(({ demand }) => demand));
}

/** How many of each group, as few as possible in all, so that no fitting set has as many of every group. */
function smallestOutside(fitting: readonly number[][], groups: readonly Demand[][], highs: Highs): number[] {
  if (fitting.length === 0) return groups.map(() => 0);
  const program = new IntegerProgram();
  // The variable at [group][count] says: more than `count` of the group.
  const moreThan = groups.map((group) => group.map(() => program.binary()));
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
  if (answer.kind !== "solution") return groups.map((group) => group.length);
  return moreThan.map((more) => more.filter((variable) => answer.values[variable]! > 0.5).length);
}

/** Demands that could change places without a difference are one group: a group of fifty is no harder than one of two. */
function interchangeable(demands: readonly Demand[]): Demand[][] {
  const groups = groupBy(demands, (demand) => keyOf(demand, false));
  const alone = groups.filter((group) => group.length === 1).flat();
  // Those that must not meet each other are alike when the rest of their conflicts is.
  return [...groups.filter((group) => group.length > 1), ...groupBy(alone, (demand) => keyOf(demand, true))];
}

function keyOf({ request, options }: Demand, withSelf: boolean): string {
  const conflicts = [...request.conflicts, ...(withSelf ? [request.instance.id] : [])].sort();
  return JSON.stringify([options.map(({ node, takes }) => [node, takes]).sort(), conflicts]);
}

function groupBy(demands: readonly Demand[], keyOf: (demand: Demand) => string): Demand[][] {
  const groups = new Map<string, Demand[]>();
  for (const demand of demands) {
    const key = keyOf(demand);
    groups.set(key, [...(groups.get(key) ?? []), demand]);
  }
  return [...groups.values()];
}
