import { Dice } from "./dice";
import { mostGpu, warmth } from "./goal";
import { Improver } from "./improver";
import type { Kind, Machine } from "./kind";
import { Packing } from "./packing";
import { Waiting } from "./waiting";

/**
 * Packs a list that is known as a whole: the most GPU, then the most instances. The same input gives the same packing on
 * every machine.
 * @param counts how many there are of each kind
 * @param rounds how often it tries to do better: a count, not a time
 */
export function pack(
  kinds: readonly Kind[],
  counts: readonly number[],
  machines: readonly Machine[],
  rounds: number,
): Packing {
  const packing = new Packing(kinds, machines);
  const waiting = new Waiting(kinds.length);
  for (const [kind, count] of counts.entries()) for (let one = 0; one < count; one++) waiting.add(kind);
  new Improver(packing, waiting, new Dice(1), mostGpu(packing)).improve(rounds, warmth);
  return packing;
}
