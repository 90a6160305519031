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

/** How many at most can stay where they are. */
export function mostStaying(problem: Problem, found: Choices, highs: Highs): Verdict {
  const program = PlacementProgram.ofAll(problem, "nothing");
  return judged(problem, program, program.staying, found, highs);
}

/** How many at most can have a GPU, when no fewer stay than in what was found. */
export function mostOnGpu(problem: Problem, found: Choices, highs: Highs): Verdict {
  const program = PlacementProgram.ofAll(problem, "nothing");
  keep(program, program.staying, found);
  return judged(problem, program, onGpu(program), found, highs);
}

/**
 * How much the nodes are worth that can be left empty at most, when no fewer stay and no fewer are on a GPU than in what
 * was found.
 * @param blocks what each is worth, in the order of the problem's rooms
 */
export function mostBlocks(blocks: readonly number[]) {
  return (problem: Problem, found: Choices, highs: Highs): Verdict => {
    const program = PlacementProgram.ofAll(problem, "nothing");
    keep(program, program.staying, found);
    keep(program, onGpu(program), found);
    return judged(problem, program, worthOf(blocks, problem, program), found, highs);
  };
}

function onGpu({ picks }: PlacementProgram): Terms {
  return terms(picks.filter(({ option }) => option.takes.onGpu));
}

/** No fewer of them than in what was found. */
function keep(program: PlacementProgram, some: Terms, found: Choices): void {
  if (some.length > 0) program.row(some, ">=", total(some, program.valuesOf(found)));
}

/** What the nodes are worth that are empty. */
function worthOf(blocks: readonly number[], { rooms, demands }: Problem, program: PlacementProgram): Terms {
  return rooms.flatMap(({ node, ramBytes }, index): Terms => {
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
    // It holds no RAM. Sizes are rounded down: more is allowed than there is, never less.
    const unit = Math.max(1, ramBytes / 1e5);
    const ram = terms(here, ({ takes }) => Math.floor(takes.ramBytes / unit));
    const room = Math.floor(Math.max(0, ramBytes) / unit);
    program.row([...ram, [room, isEmpty]], "<=", room);
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
  const effort = provingEffort(problem.rooms.length, program.variables, start);
  const answer = effort && program.maximize(worth, highs, effort);
  if (!answer || answer.kind === "infeasible") return { most: Number.POSITIVE_INFINITY };
  const most = Math.max(total(worth, start), Math.floor(answer.bound + tolerance));
  if (effort.relaxed || answer.kind !== "solution" || answer.value < total(worth, start) + 0.5)
    return { most };
  return { most, better: program.choices(answer.values) };
}
