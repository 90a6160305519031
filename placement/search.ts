import type { Choice } from "./decide";
import type { Terms } from "./integer-program";
import { divisor, type Pick, PlacementProgram, terms } from "./placement-program";
import type { Problem } from "./problem";
import type { Highs } from "./solver";

export type Found =
  | { kind: "placed"; choices: Map<string, Choice>; proven: boolean }
  /** Proven: no full placement exists. */
  | { kind: "impossible" }
  | { kind: "unknown" };

/** The best full placement: fewest moves, then the highest sum of scores, then the tie order. Or the proof that there is none. */
export function search(problem: Problem, highs: Highs): Found {
  if (problem.demands.some(({ options }) => options.length === 0)) return { kind: "impossible" };
  const program = new PlacementProgram(problem);
  for (const demand of problem.demands) program.require(demand);
  const staying = terms(program.picks.filter(({ option }) => option.stays));
  const fewest = program.maximize(staying, highs);
  if (fewest.kind === "infeasible") return { kind: "impossible" };
  if (fewest.kind === "unknown") return { kind: "unknown" };
  program.row(staying, ">=", staying.filter(([, variable]) => fewest.values[variable]! > 0.5).length);
  const best = program.maximize(worth(program), highs);
  const { values, proven } = best.kind === "solution" ? best : { values: fewest.values, proven: false };
  return { kind: "placed", choices: program.choices(values), proven: proven && fewest.proven };
}

/**
 * In whole numbers: the sum of scores and affinities weighs more than all ranks of the tie order together, and the rank of
 * one who is placed early more than that of one who comes later.
 */
function worth(program: PlacementProgram): Terms {
  const ids = [...new Set(program.picks.map(({ demand }) => demand.request.instance.id))];
  const weights = new Map(ids.map((id, index) => [id, 2 * ids.length - index]));
  const highest = Math.max(...program.picks.map(({ option }) => option.rank));
  const allRanks = 2 * ids.length ** 2 * highest + 1;
  // Scores come in steps, usually of 5 points, and affinity does too.
  const step = divisor([500, ...program.picks.map(({ option }) => hundredths(option.score))]);
  const inSteps = (points: number) => (hundredths(points) / step) * allRanks;
  return [
    ...program.picks.map(({ demand, option, variable }) => {
      const rank = option.rank * weights.get(demand.request.instance.id)!;
      return [inSteps(option.score) - rank, variable] as const;
    }),
    ...togetherness(program).map(([points, variable]) => [inSteps(points), variable] as const),
  ];
}

function hundredths(points: number): number {
  return Math.round(points * 100);
}

/** Variables that are 1 when an instance shares a node with one it likes; 10 points each, at most 25 per instance. */
function togetherness(program: PlacementProgram): Terms {
  const picksOf = new Map<string, Pick[]>();
  for (const pick of program.picks) {
    const { id } = pick.demand.request.instance;
    const picks = picksOf.get(id);
    if (picks) picks.push(pick);
    else picksOf.set(id, [pick]);
  }
  return [...picksOf].flatMap(([, own]): Terms => {
    const liked = [...own[0]!.demand.request.affinity].filter((id) => picksOf.has(id)).sort();
    const together = liked.flatMap((id): Terms => {
      const theirs = picksOf.get(id)!;
      const nodes = new Set(own.map(({ option }) => option.node));
      return [...nodes].flatMap((node): Terms => {
        const other = theirs.filter(({ option }) => option.node === node);
        if (other.length === 0) return [];
        const both = program.continuous(1);
        const here = own.filter(({ option }) => option.node === node);
        program.row([[1, both], ...terms(here, () => -1)], "<=", 0);
        program.row([[1, both], ...terms(other, () => -1)], "<=", 0);
        return [[10, both]];
      });
    });
    if (liked.length <= 2) return together;
    const capped = program.continuous(25);
    program.row([[1, capped], ...together.map(([points, both]) => [-points, both] as const)], "<=", 0);
    return [[1, capped]];
  });
}
