import { Dice } from "../../placement/pack/dice";
import type { Packing } from "../../placement/pack/packing";

/** The most scores that are kept: of a list in which hardly two pods are alike, all would not fit into memory. */
const mostScores = 20_000_000;

interface Scores {
  of: Float64Array;
  /** How many changes of the machine they know of. */
  at: Int32Array;
}

/** Scores of every kind on every machine, taken anew only where a machine has changed: without it each pod costs a look at all of them. */
export class ScoreTable {
  private readonly scores = new Map<number, Scores>();
  private readonly changes: Int32Array;
  private readonly order: readonly number[];

  /** @param rate more is better; called only where there is room */
  constructor(
    private readonly packing: Packing,
    private readonly rate: (kind: number, machine: number) => number,
  ) {
    this.changes = new Int32Array(packing.machines.length);
    this.order = drawnOrder(packing.machines.length);
  }

  /** The machine that rates best, of equals the first in an order that is drawn once. -1: none has room. */
  best(kind: number): number {
    const { packing, changes } = this;
    const scores = this.scoresOf(kind);
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (const machine of this.order) {
      if (scores.at[machine] !== changes[machine]) {
        scores.at[machine] = changes[machine]!;
        const hasRoom = packing.devicesFor(kind, machine) >= 0;
        scores.of[machine] = hasRoom ? this.rate(kind, machine) : Number.NEGATIVE_INFINITY;
      }
      if (scores.of[machine]! <= most) continue;
      most = scores.of[machine]!;
      best = machine;
    }
    return best;
  }

  changed(machine: number): void {
    this.changes[machine]!++;
  }

  private scoresOf(kind: number): Scores {
    const known = this.scores.get(kind);
    if (known) return known;
    const count = this.changes.length;
    if ((this.scores.size + 1) * count > mostScores) this.scores.clear();
    const scores = { of: new Float64Array(count), at: new Int32Array(count).fill(-1) };
    this.scores.set(kind, scores);
    return scores;
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
