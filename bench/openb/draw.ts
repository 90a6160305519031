import { Dice } from "../../placement/pack/dice";
import { gpuOf } from "../../placement/pack/kind";
import type { Trace } from "./trace";

/** The most that are drawn, in a list of which each asks for very little: ten lists of them are held at once. */
const mostPods = 1_000_000;

/**
 * The order in which pods arrive: shuffled, then more of them drawn with replacement until `ratio` of the GPUs are asked
 * for; a list that asks for more loses pods at random instead. As the authors' simulator does it, with other dice: Go's
 * are not ours, so a seed stands for another shuffle than theirs. Throws where the list would grow beyond measure.
 */
export function drawPods({ machines, kinds, pods }: Trace, seed: number, ratio: number): number[] {
  const dice = new Dice(seed);
  const drawn = [...pods];
  for (let index = drawn.length - 1; index > 0; index--) {
    const other = dice.below(index + 1);
    [drawn[index], drawn[other]] = [drawn[other]!, drawn[index]!];
  }
  const target = ratio * machines.reduce((sum, { gpus }) => sum + gpus * 1000, 0);
  let asked = drawn.reduce((sum, kind) => sum + gpuOf(kinds[kind]!), 0);
  if (pods.length * target > mostPods * asked)
    throw new Error(
      `expected pods of which at most ${mostPods} ask for ${target / 1000} GPUs; got ${pods.length} that ask for ${asked / 1000}. ` +
        "Take fewer nodes, or pods that ask for more GPU (columns num_gpu, gpu_milli)",
    );
  while (asked > target) asked -= gpuOf(kinds[drawn.splice(dice.below(drawn.length), 1)[0]!]!);
  for (;;) {
    const kind = pods[dice.below(pods.length)]!;
    if (asked + kinds[kind]!.gpuMilli > target) return drawn;
    asked += gpuOf(kinds[kind]!);
    drawn.push(kind);
  }
}

/** The pods up to the one with which the share of the GPUs is asked for. */
export function arrivedAt(share: number, { machines, kinds }: Trace, pods: readonly number[]): number[] {
  const target = share * machines.reduce((sum, { gpus }) => sum + gpus * 1000, 0);
  let asked = 0;
  const end = pods.findIndex((kind) => {
    asked += gpuOf(kinds[kind]!);
    return asked >= target;
  });
  return end < 0 ? [...pods] : pods.slice(0, end + 1);
}
