import type { Dice } from "./dice";
import type { Goal } from "./goal";
import type { Packing } from "./packing";
import type { Waiting } from "./waiting";

/** How often a machine is overlooked: always taking what looks best never finds what is best. */
const blink = 0.01;

/** How often a kind lets the next ones take their turn, in every other filling: many of one kind would take every idle device. */
const yielding = 0.2;

/** The most kinds that a filling looks at: with all of a thousand that wait, a round would take ten times as long. */
const mostKinds = 64;

/** Fills machines with those that wait, kind after kind: the hard ones first, shaken up so that no two fillings are alike. */
export class Recreator {
  /** Larger is earlier. */
  private readonly urgency: Float64Array;
  private readonly order: Int32Array;
  private readonly keys: Float64Array;
  private readonly without: Int32Array;

  constructor(
    private readonly packing: Packing,
    private readonly waiting: Waiting,
    private readonly dice: Dice,
    private readonly goal: Goal,
  ) {
    const { kinds } = packing;
    this.order = new Int32Array(kinds.length);
    this.keys = new Float64Array(kinds.length);
    this.without = Int32Array.from(kinds, ({ without = -1 }) => without);
    this.urgency = Float64Array.from(kinds, (_, kind) => goal.urgency(kind));
  }

  /** @returns what those are worth that were placed */
  fill(machines: readonly number[]): number {
    const length = this.arrange(machines);
    const won = this.dice.roll() < 0.5 ? this.place(length, machines, yielding) : 0;
    return won + this.place(length, machines, 0);
  }

  private place(length: number, machines: readonly number[], yields: number): number {
    const { waiting, order, dice } = this;
    let won = 0;
    for (let index = 0; index < length; index++) {
      const kind = order[index]!;
      while (waiting.count[kind]! > 0) {
        const worth = this.putBest(kind, machines);
        if (worth < 0) break;
        waiting.remove(kind);
        won += worth;
        if (yields > 0 && dice.roll() < yields) break;
      }
    }
    return won;
  }

  /** Sorts in the kinds that wait, by insertion: they are few, or some of many, from a drawn one on. */
  private arrange(machines: readonly number[]): number {
    const { waiting, urgency, keys, order, dice } = this;
    let length = 0;
    const looks = Math.min(waiting.length, mostKinds);
    const first = looks < waiting.length ? dice.below(waiting.length) : 0;
    for (let index = 0; index < looks; index++) {
      const kind = waiting.kinds[(first + index) % waiting.length]!;
      if (!this.mayFit(kind, machines)) continue;
      const key = urgency[kind]! + 1.8 * dice.roll() - 0.9;
      let place = length++;
      for (; place > 0 && keys[place - 1]! < key; place--) {
        keys[place] = keys[place - 1]!;
        order[place] = order[place - 1]!;
      }
      keys[place] = key;
      order[place] = kind;
    }
    return length;
  }

  private mayFit(waiting: number, machines: readonly number[]): boolean {
    for (let kind = waiting; kind >= 0; kind = this.without[kind]!)
      for (let index = 0; index < machines.length; index++)
        if (this.packing.devicesFor(kind, machines[index]!) >= 0) return true;
    return false;
  }

  /** @returns what it is worth there. -1: no machine has room */
  private putBest(waiting: number, machines: readonly number[]): number {
    const { packing, goal, dice, without } = this;
    let best = -1;
    let bestKind = 0;
    let bestDevices = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let kind = waiting; kind >= 0; kind = without[kind]!) {
      for (let index = 0; index < machines.length; index++) {
        const machine = machines[index]!;
        const devices = packing.devicesFor(kind, machine);
        if (devices < 0 || dice.roll() < blink) continue;
        const waste = goal.waste(kind, machine, devices);
        if (waste >= least) continue;
        least = waste;
        best = machine;
        bestKind = kind;
        bestDevices = devices;
      }
    }
    if (best < 0) return -1;
    packing.put(bestKind, best, bestDevices);
    return goal.worth(bestKind, best, bestDevices);
  }
}
