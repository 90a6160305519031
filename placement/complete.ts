import type { Arrangement } from "./arrangement";
import { PlacementProgram } from "./placement-program";
import type { Problem } from "./problem";
import { rearrange } from "./rearrange";
import { shortageOf } from "./shortage";
import { mostRelaxed, mostWhole } from "./sizes";
import type { Highs } from "./solver";

/** Looks per option, and at most. */
const quick = { each: 200, most: 2e6 };
const long = { each: 20_000, most: 5e7 };

/**
 * Places those who are left out, cheapest means first: rearranging, which proves nothing; adding up and the relaxed program,
 * which can only prove that it is impossible; the program itself, which does either.
 */
export function complete(
  arrangement: Arrangement,
  problem: Problem,
  highs: Highs,
): "placed" | "impossible" | "unknown" {
  const options = problem.demands.reduce((sum, demand) => sum + demand.options.length, 0);
  const looks = ({ each, most }: typeof quick) => Math.min(each * options, most);
  const isWhole = () => arrangement.cost.missing === 0;
  // What runs is left alone at first: then nobody moves.
  rearrange(arrangement, looks(quick), isWhole, (demand) => arrangement.home[demand]! < 0);
  if (isWhole()) return "placed";
  if (shortageOf(problem)) return "impossible";
  if (arrangement.home.some((home) => home >= 0)) rearrange(arrangement, looks(quick), isWhole);
  if (isWhole()) return "placed";
  const program = PlacementProgram.ofAll(problem, "nothing");
  if (program.variables <= mostRelaxed) {
    const relaxed = program.maximize([], highs, { relaxed: true });
    if (relaxed.kind === "infeasible") return "impossible";
  }
  if (program.variables <= mostWhole) {
    const answer = program.maximize([], highs);
    if (answer.kind === "infeasible") return "impossible";
    if (answer.kind === "solution") arrangement.take(program.choices(answer.values));
  }
  rearrange(arrangement, looks(long), isWhole);
  return isWhole() ? "placed" : "unknown";
}
