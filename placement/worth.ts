import type { Terms } from "./integer-program";
import { divisor, negative, type PlacementProgram, terms, total } from "./placement-program";

/** What a placement is worth, as an objective in whole numbers. */
export interface Worth {
  /** The sum of all scores, each on the otherwise empty node, and affinities. */
  score: Terms;
  /** So many hundredths of a point are 1 of the score. */
  step: number;
}

/** @param program of kinds told apart by their scores; affinities add variables to it */
export function worthOf(program: PlacementProgram): Worth {
  // Scores come in steps, usually of 5 points, and affinity does too.
  const step = divisor([500, ...program.picks.map(({ option }) => hundredths(option.score))]);
  const inSteps = (points: number) => hundredths(points) / step;
  return {
    score: [
      ...terms(program.picks, ({ score }) => inSteps(score)),
      ...togetherness(program).map(([points, variable]) => [inSteps(points), variable] as const),
    ],
    step,
  };
}

function hundredths(points: number): number {
  return Math.round(points * 100);
}

/** Variables that are 1 when an instance shares a node with one it likes; 10 points each, at most 25 per instance. */
function togetherness(program: PlacementProgram): Terms {
  const kinds = new Map(
    program.picks.map(({ kind }) => [kind.demands[0]!.request.instance.id, kind] as const),
  );
  return [...kinds.values()].flatMap((kind): Terms => {
    const liked = [...kind.demands[0]!.request.affinity].filter((id) => kinds.has(id)).sort();
    const nodes = [...new Set(program.of(kind).map(({ option }) => option.node))];
    const here = (id: string, node: string) =>
      terms(program.of(kinds.get(id)!).filter(({ option }) => option.node === node));
    const together = liked.flatMap(
      (id): Terms =>
        nodes.flatMap((node): Terms => {
          const own = here(kind.demands[0]!.request.instance.id, node);
          const other = here(id, node);
          if (other.length === 0) return [];
          const both = program.derive(program.continuous(1), (values) =>
            Math.min(total(own, values), total(other, values)),
          );
          program.row([[1, both], ...negative(own)], "<=", 0);
          program.row([[1, both], ...negative(other)], "<=", 0);
          return [[10, both]];
        }),
    );
    if (liked.length <= 2) return together;
    const capped = program.derive(program.continuous(25), (values) => Math.min(25, total(together, values)));
    program.row([[1, capped], ...negative(together)], "<=", 0);
    return [[1, capped]];
  });
}
