import type { Arrangement } from "./arrangement";
import type { Terms } from "./integer-program";
import { PlacementProgram, total } from "./placement-program";
import type { Gap } from "./plan";
import type { Problem } from "./problem";
import { provingEffort } from "./proving";
import { rearrange } from "./rearrange";
import type { Highs } from "./solver";
import { worthOf } from "./worth";

/** Looks per option, and at most. */
const looks = { each: 300, most: 3e6 };

/** Makes a whole arrangement better: fewest moves, then the highest score, then the tie order. */
export function improve(arrangement: Arrangement, problem: Problem, highs: Highs): Gap {
  const mayStay = arrangement.cost.moves + stays();
  const options = problem.demands.reduce((sum, demand) => sum + demand.options.length, 0);
  const tries = Math.min(looks.each * options, looks.most);
  const moves = fewestMoves();
  return { moves, scorePercent: highestScore() };

  /** How many moves fewer are not ruled out. */
  function fewestMoves(): number {
    rearrange(arrangement, tries, ({ moves }) => moves === 0);
    if (arrangement.cost.moves === 0) return 0;
    const program = PlacementProgram.ofAll(problem, "nothing");
    const most = Math.min(mayStay, Math.floor(maximized(program, program.staying) + tolerance));
    return Math.max(0, most - stays());
  }

  /** By how much a better score is not ruled out, in percent of the best that might be. */
  function highestScore(): number {
    rearrange(arrangement, tries, () => false);
    const program = PlacementProgram.ofAll(problem, "scores");
    const { score, step } = worthOf(program);
    if (program.staying.length > 0) program.row(program.staying, ">=", stays());
    const most = Math.min(ideal(problem), step * Math.floor(maximized(program, score) + tolerance));
    rearrange(arrangement, tries, () => false);
    const missing = most - arrangement.cost.points;
    return missing > 0 ? (100 * missing) / most : 0;
  }

  /** Takes over what is better. Returns how much is possible at most. */
  function maximized(program: PlacementProgram, objective: Terms): number {
    const start = program.valuesOf(arrangement.choices());
    const effort = provingEffort(2, problem.rooms.length, program.variables, start);
    if (!effort) return Number.POSITIVE_INFINITY;
    const answer = program.maximize(objective, highs, effort);
    if (answer.kind === "infeasible") return Number.POSITIVE_INFINITY;
    if (!effort.relaxed && answer.kind === "solution" && answer.value > total(objective, start) + tolerance) {
      const before = arrangement.choices();
      arrangement.take(program.choices(answer.values));
      if (arrangement.cost.missing > 0) arrangement.take(before);
    }
    return answer.bound;
  }

  function stays(): number {
    return arrangement.home.filter((home, demand) => home >= 0 && arrangement.at[demand] === home).length;
  }
}

/** A solver's sums of whole numbers are whole but for this. */
const tolerance = 1e-6;

/** The score if every instance had its best node and all it likes beside it, in hundredths. */
function ideal({ demands }: Problem): number {
  return demands.reduce((sum, { options, request }) => {
    const best = Math.max(...options.map(({ score }) => Math.round(100 * score)));
    return sum + best + 100 * Math.min(25, 10 * request.affinity.size);
  }, 0);
}
