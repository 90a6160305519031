import type { Dice } from "./dice";
import { gpuOf } from "./kind";
import type { Packing } from "./packing";
import { Recreator } from "./recreator";
import { Snapshot } from "./snapshot";
import type { Waiting } from "./waiting";

/** What one more instance is worth, in thousandths of a GPU: too little to outweigh any GPU, so that only of equals the fuller one wins. */
const worthOfOne = 0.01;

/** Among how many machines the first one of a round is drawn: the one with most idle GPU, where there is most to win. */
const candidates = 8;

/**
 * Makes a packing better by ruin and recreate: empties two or three machines, all or in part, fills them anew from all
 * that wait, and keeps what is no worse. A round looks at no other machine, so that their number does not matter. After
 * Schrimpf and others, "Record Breaking Optimization Results Using the Ruin and Recreate Principle", 2000.
 */
export class Improver {
  private readonly recreator: Recreator;
  private readonly worth: readonly number[];
  private readonly snapshots: readonly Snapshot[];
  private readonly ruined: number[] = [];

  /** @param movable kinds below this number may be moved, those from it on stay where they are */
  constructor(
    private readonly packing: Packing,
    private readonly waiting: Waiting,
    private readonly dice: Dice,
    private readonly movable = packing.kinds.length,
  ) {
    this.recreator = new Recreator(packing, waiting, dice);
    this.worth = packing.kinds.map((kind) => gpuOf(kind) + worthOfOne);
    this.snapshots = [0, 1, 2].map(() => new Snapshot(packing));
  }

  /** @param rounds a count, not a time, so that every machine decides the same */
  improve(rounds: number): void {
    const { dice, ruined, snapshots, recreator, worth } = this;
    for (let round = 0; round < rounds; round++) {
      this.draw();
      const share = dice.roll() < 0.5 ? 1 : 0.3 + 0.6 * dice.roll();
      let lost = 0;
      for (let index = 0; index < ruined.length; index++) {
        snapshots[index]!.take(ruined[index]!);
        lost += this.ruin(ruined[index]!, share);
      }
      if (recreator.fill(ruined, worth) < lost) this.undo();
    }
  }

  private draw(): void {
    const { dice, ruined, packing } = this;
    const count = packing.machines.length;
    const wanted = Math.min(count, 2 + dice.below(2));
    let first = dice.below(count);
    for (let more = dice.below(candidates); more > 0; more--) {
      const other = dice.below(count);
      if (packing.gpuLeft[other]! > packing.gpuLeft[first]!) first = other;
    }
    ruined.length = 0;
    ruined.push(first);
    while (ruined.length < wanted) {
      const machine = dice.below(count);
      if (!ruined.includes(machine)) ruined.push(machine);
    }
  }

  private ruin(machine: number, share: number): number {
    const { packing, waiting, dice, worth, movable } = this;
    const residents = packing.residents[machine]!;
    let lost = 0;
    for (let index = residents.length - 1; index >= 0; index--) {
      const kind = packing.kindOf(residents[index]!);
      if (kind >= movable || (share < 1 && dice.roll() >= share)) continue;
      packing.evict(machine, index);
      waiting.add(kind);
      lost += worth[kind]!;
    }
    return lost;
  }

  private undo(): void {
    const { packing, waiting, ruined, snapshots, movable } = this;
    // All are sent back before any is fetched: who was on one machine may be on another now.
    for (const machine of ruined) {
      for (const resident of packing.residents[machine]!) {
        const kind = packing.kindOf(resident);
        if (kind < movable) waiting.add(kind);
      }
    }
    for (let index = 0; index < ruined.length; index++) snapshots[index]!.restore(ruined[index]!);
    for (const machine of ruined) {
      for (const resident of packing.residents[machine]!) {
        const kind = packing.kindOf(resident);
        if (kind < movable) waiting.remove(kind);
      }
    }
  }
}
