import type { Choice } from "../decide";
import type { Terms } from "../integer-program";
import { PlacementProgram, terms, total } from "../placement-program";
import type { Problem } from "../problem";
import { provingEffort } from "../proving";
import type { Highs } from "../solver";

/** What is not ruled out, and a placement that is better, where the solver found one. */
export interface Verdict {
  /** No placement has more. Infinity: the plan is too large to say. */
  most: number;
  better?: Map<string, Choice>;
}

type Choices = ReadonlyMap<string, Choice>;

/** A solver's sums of whole numbers are whole but for this. */
const tolerance = 1e-6;

/** What is counted in a placement. */
export type Aim = (program: PlacementProgram, problem: Problem) => Terms;

/** Those who stay where they are. */
export const staying: Aim = ({ staying }) => staying;

/** Those of them who stay on the GPU that they have. */
export const keepingGpu: Aim = (program) => program.keepingGpu();

/** Those who have a GPU. */
export const onGpu: Aim = ({ picks }) => terms(picks.filter(({ option }) => option.takes.onGpu));

/**
 * The most that can be had of an aim.
 * @param before aims of which no less than in what was found is had
 */
export function mostOf(
  aim: Aim,
  before: readonly Aim[],
  problem: Problem,
  found: Choices,
  highs: Highs,
): Verdict {
  const program = PlacementProgram.ofAll(problem, "nothing");
  for (const one of before) {
    const kept = one(program, problem);
    if (kept.length > 0) program.row(kept, ">=", total(kept, program.valuesOf(found)));
  }
  return judged(problem, program, aim(program, problem), found, highs);
}

/**
 * What the nodes are worth that are empty.
 * @param blocks each of them, in the order of the problem's rooms
 */
export function emptyNodes(blocks: readonly number[]): Aim {
  return (program, { rooms, demands }) =>
    rooms.flatMap(({ node, ramBytes, slots }, index): Terms => {
      const here = program.picks.filter(({ option }) => option.node === node);
      if (blocks[index] === 0) return [];
      const isEmpty = program.derive(program.whole(1), (values) =>
        terms(here).every(([, variable]) => values[variable]! < 0.5) ? 1 : 0,
      );
      const all = demands.length;
      program.row([...terms(here), [all, isEmpty]], "<=", all);
      // Said of each who is to stay, too: half of one is as good as one to a relaxed program.
      for (const { kind, variable } of here)
        if (kind.staying.has(node)) {
          const most = kind.apart ? 1 : kind.demands.length;
          program.row(
            [
              [1, variable],
              [most, isEmpty],
            ],
            "<=",
            most,
          );
        }
      // It holds no RAM and no slot. Sizes are rounded down: more is allowed than there is, never less.
      const unit = Math.max(1, ramBytes / 1e5);
      const ram = terms(here, ({ takes }) => Math.floor(takes.ramBytes / unit));
      const room = Math.floor(Math.max(0, ramBytes) / unit);
      program.row([...ram, [room, isEmpty]], "<=", room);
      const inSlots = terms(here.filter(({ option }) => option.takes.slots > 0));
      program.row([...inSlots, [Math.max(0, slots), isEmpty]], "<=", Math.max(0, slots));
      return [[blocks[index]!, isEmpty]];
    });
}

function judged(
  problem: Problem,
  program: PlacementProgram,
  worth: Terms,
  found: Choices,
  highs: Highs,
): Verdict {
  const start = program.valuesOf(found);
  const effort = provingEffort(4, problem.rooms.length, program.variables, start);
  const answer = effort && program.maximize(worth, highs, effort);
  if (!answer || answer.kind === "infeasible") return { most: Number.POSITIVE_INFINITY };
  const most = Math.max(total(worth, start), Math.floor(answer.bound + tolerance));
  if (effort.relaxed || answer.kind !== "solution" || answer.value < total(worth, start) + 0.5)
    return { most };
  return { most, better: program.choices(answer.values) };
}
