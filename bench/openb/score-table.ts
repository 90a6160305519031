import { Dice } from "../../placement/pack/dice";
import type { Packing } from "../../placement/pack/packing";

/** Scores of every kind on every machine, taken anew only where a machine has changed: without it each pod costs a look at all of them. */
export class ScoreTable {
  private readonly scores: Float64Array;
  private readonly scoredAt: Int32Array;
  private readonly changes: Int32Array;
  private readonly order: readonly number[];

  /** @param rate more is better; called only where there is room */
  constructor(
    private readonly packing: Packing,
    private readonly rate: (kind: number, machine: number) => number,
  ) {
    const { kinds, machines } = packing;
    this.scores = new Float64Array(kinds.length * machines.length);
    this.scoredAt = new Int32Array(kinds.length * machines.length).fill(-1);
    this.changes = new Int32Array(machines.length);
    this.order = drawnOrder(machines.length);
  }

  /** The machine that rates best, of equals the first in an order that is drawn once. -1: none has room. */
  best(kind: number): number {
    const { packing, scores, scoredAt, changes } = this;
    const count = packing.machines.length;
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (const machine of this.order) {
      const cell = kind * count + machine;
      if (scoredAt[cell] !== changes[machine]) {
        scoredAt[cell] = changes[machine]!;
        const hasRoom = packing.devicesFor(kind, machine) >= 0;
        scores[cell] = hasRoom ? this.rate(kind, machine) : Number.NEGATIVE_INFINITY;
      }
      if (scores[cell]! <= most) continue;
      most = scores[cell]!;
      best = machine;
    }
    return best;
  }

  changed(machine: number): void {
    this.changes[machine]!++;
  }
}

/**
 * The order of those that rate the same. The published code takes the first by name, yet with the public names that does
 * not give the published figures; the last by name and each drawn order that was tried come near them (ADR 7).
 */
function drawnOrder(count: number): number[] {
  const dice = new Dice(1);
  const order = Array.from({ length: count }, (_, index) => index);
  for (let index = count - 1; index > 0; index--) {
    const other = dice.below(index + 1);
    [order[index], order[other]] = [order[other]!, order[index]!];
  }
  return order;
}
