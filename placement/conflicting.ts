import { Arrangement } from "./arrangement";
import { kindsOf } from "./kinds";
import { PlacementProgram } from "./placement-program";
import type { Demand, Problem } from "./problem";
import { rearrange } from "./rearrange";
import { type Shortage, shortageOf } from "./shortage";
import { mostRelaxed, mostWhole } from "./sizes";
import { smallestConflict } from "./smallest-conflict";
import type { Highs } from "./solver";

export interface Conflicting {
  demands: readonly Demand[];
  /** What is known of them: that no smaller set conflicts, that none of them can be left out, or only that they conflict. */
  claim: "smallest" | "irreducible" | "some";
  shortage?: Shortage;
}

/** Variables of all programs together, and looks: counts, so that every machine says the same. */
const mostVariables = 300_000;
const looksEach = 3e5;
const mostKinds = 30;
const effort = { branches: 200, work: 4e5 };

/** Demands that do not fit together, as few as can be found, of a problem that is proven to be impossible. */
export function conflicting(problem: Problem, highs: Highs): Conflicting {
  const smallest = smallestConflict(problem, highs);
  if (smallest && smallest.length === 1) return { demands: smallest, claim: "smallest" };
  // By sums over several GPUs fewer of them seem to fit: whether they do is another question.
  const isCertain = !new PlacementProgram(kindsOf(problem, "nothing"), problem.rooms).sumsUpGpus;
  if (smallest) return { demands: smallest, claim: isCertain ? "smallest" : claimOf(problem, smallest) };
  const shortage = shortageOf(problem);
  const demands = shortage?.demands ?? reduced(problem, highs);
  return { demands, claim: claimOf(problem, demands), ...(shortage && { shortage }) };
}

function claimOf(problem: Problem, demands: readonly Demand[]): Conflicting["claim"] {
  return isIrreducible({ ...problem, demands }) ? "irreducible" : "some";
}

/** Leaves out kind after kind, in part or whole, as long as the rest is still proven to be impossible. */
function reduced({ demands, rooms }: Problem, highs: Highs): readonly Demand[] {
  let variables = mostVariables;
  let kept = demands;
  for (const kind of kindsOf({ demands, rooms }, "nothing")) {
    for (let count = kind.demands.length; count >= 1; count = Math.floor(count / 2)) {
      const present = kind.demands.filter((demand) => kept.includes(demand));
      const out = new Set(present.slice(-count));
      const fewer = kept.filter((demand) => !out.has(demand));
      if (out.size === count && isImpossible(fewer)) kept = fewer;
    }
  }
  return kept;

  function isImpossible(fewer: readonly Demand[]): boolean {
    if (variables <= 0) return false;
    if (shortageOf({ demands: fewer, rooms })) return true;
    const program = PlacementProgram.ofAll({ demands: fewer, rooms }, "nothing");
    variables -= program.variables;
    if (program.variables > mostRelaxed) return false;
    const answer = program.maximize([], highs, { ...effort, relaxed: program.variables > mostWhole });
    return answer.kind === "infeasible";
  }
}

/** Whether a place is found for all the others when one of them is left out, whichever it is. */
function isIrreducible({ demands, rooms }: Problem): boolean {
  const kinds = kindsOf({ demands, rooms }, "nothing");
  if (kinds.length > mostKinds) return false;
  return kinds.every((kind) => {
    const others = { demands: demands.filter((demand) => demand !== kind.demands.at(-1)), rooms };
    const arrangement = new Arrangement(others, kindsOf(others, "nothing"));
    rearrange(arrangement, looksEach, ({ missing }) => missing === 0);
    return arrangement.cost.missing === 0;
  });
}
