import type { Dice } from "./dice";
import type { Goal } from "./goal";
import type { Packing } from "./packing";
import { Recreator } from "./recreator";
import { Snapshot } from "./snapshot";
import type { Waiting } from "./waiting";

/** Sums of the same terms in another order may differ by this much. */
const rounding = 1e-3;

/** Among how many machines the first one of a round is drawn: the one with most idle GPU, where there is most to win. */
const candidates = 32;

/**
 * Makes a packing better by ruin and recreate: empties two or three machines, all or in part, fills them anew from all
 * that wait, and keeps what is no worse. A round looks at no other machine, so that their number does not matter. After
 * Schrimpf and others, "Record Breaking Optimization Results Using the Ruin and Recreate Principle", 2000.
 */
export class Improver {
  private readonly recreator: Recreator;
  private readonly snapshots: readonly Snapshot[];
  private readonly ruined: number[] = [];

  /** @param movable kinds below this number may be moved, those from it on stay where they are */
  constructor(
    private readonly packing: Packing,
    private readonly waiting: Waiting,
    private readonly dice: Dice,
    private readonly goal: Goal,
    private readonly movable = packing.kinds.length,
  ) {
    this.recreator = new Recreator(packing, waiting, dice, goal);
    this.snapshots = [0, 1, 2].map(() => new Snapshot(packing));
  }

  /**
   * @param rounds a count, not a time, so that every machine decides the same
   * @param warmth how much is given up now and then at first, to get out of where every small change makes it worse; it
   * cools down to nothing. After Kirkpatrick and others, "Optimization by Simulated Annealing", 1983
   */
  improve(rounds: number, warmth = 0): void {
    const { dice, goal, ruined, snapshots } = this;
    for (let round = 0; round < rounds; round++) {
      this.draw();
      const share = dice.roll() < goal.emptied ? 1 : goal.thinned(dice.roll());
      let lost = this.order();
      for (let index = 0; index < ruined.length; index++) {
        snapshots[index]!.take(ruined[index]!);
        lost += this.ruin(ruined[index]!, share);
      }
      const mayLose = warmth === 0 ? 0 : -warmth * (1 - round / rounds) ** 3 * Math.log(dice.roll());
      if (this.recreate() + this.order() < lost - mayLose - rounding) this.undo();
    }
  }

  private recreate(): number {
    const { goal, dice, ruined, recreator } = this;
    // A machine is left empty only when the others are tried without it.
    const spared = goal.order && dice.roll() < 0.5 ? ruined.slice(1) : [];
    return recreator.fill(spared) + recreator.fill(ruined);
  }

  private order(): number {
    const { goal, ruined } = this;
    let order = 0;
    if (goal.order) for (const machine of ruined) order += goal.order(machine);
    return order;
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
    const { packing, waiting, dice, goal, movable } = this;
    const residents = packing.residents[machine]!;
    let lost = 0;
    for (let index = residents.length - 1; index >= 0; index--) {
      const kind = packing.kindOf(residents[index]!);
      const devices = packing.devicesOf(residents[index]!);
      if (kind >= movable || (share < 1 && dice.roll() >= share)) continue;
      packing.evict(machine, index);
      waiting.add(packing.waitsAs[kind]!);
      lost += goal.worth(kind, machine, devices);
    }
    return lost;
  }

  private undo(): void {
    const { packing, waiting, ruined, snapshots, movable } = this;
    // All are sent back before any is fetched: who was on one machine may be on another now.
    for (const machine of ruined) {
      for (const resident of packing.residents[machine]!) {
        const kind = packing.kindOf(resident);
        if (kind < movable) waiting.add(packing.waitsAs[kind]!);
      }
    }
    for (let index = 0; index < ruined.length; index++) snapshots[index]!.restore(ruined[index]!);
    for (const machine of ruined) {
      for (const resident of packing.residents[machine]!) {
        const kind = packing.kindOf(resident);
        if (kind < movable) waiting.remove(packing.waitsAs[kind]!);
      }
    }
  }
}
