import { Dice } from "./dice";
import { type Goal, mostGpu, warmth } from "./goal";
import { Improver } from "./improver";
import { gpuOf, type Kind, type Machine, wholeGpu } from "./kind";
import { Packing } from "./packing";
import { Snapshot } from "./snapshot";
import { Waiting } from "./waiting";

/**
 * Places who comes one by one, knowing only how often each kind is usually asked for. First a full house is packed with
 * guests of the usual mix who do not exist; who comes takes the place of an expected one of the same kind. Who is not
 * expected goes where room was left, or where the expected ones that must give way are worth least.
 */
export class Foresight {
  private readonly packing: Packing;
  private readonly waiting: Waiting;
  private readonly improver: Improver;
  private readonly goal: Goal;
  private readonly before: Snapshot;
  private readonly count: number;
  private unexpected = 0;
  /** No machine before this one expects the kind. */
  private readonly expectedFrom: Int32Array;

  /** @param usual how often each kind is asked for; only the proportions count */
  constructor(
    kinds: readonly Kind[],
    machines: readonly Machine[],
    usual: readonly number[],
    private readonly rounds: number,
  ) {
    this.count = kinds.length;
    // The second half are those who came: alike, but nobody moves them.
    const both = kinds.map((kind) => ({
      ...kind,
      conflicts: kind.conflicts.flatMap((other) => [other, other + kinds.length]),
    }));
    this.packing = new Packing([...both, ...both], machines);
    this.expectedFrom = new Int32Array(kinds.length);
    this.waiting = new Waiting(2 * kinds.length);
    for (const [kind, expected] of expectedOf(kinds, machines, usual).entries())
      for (let one = 0; one < expected; one++) this.waiting.add(kind);
    this.goal = mostGpu(this.packing);
    this.before = new Snapshot(this.packing);
    this.improver = new Improver(this.packing, this.waiting, new Dice(1), this.goal, this.count);
    this.improver.improve(rounds, warmth);
  }

  place(kind: number): { machine: number; devices: number } | undefined {
    if (this.unexpected === 20) {
      this.improver.improve(Math.floor(this.rounds / 100));
      this.unexpected = 0;
      this.expectedFrom.fill(0);
    }
    const machine = this.expectedAt(kind) ?? this.roomFor(kind) ?? this.roomMadeFor(kind);
    if (machine === undefined) return undefined;
    const devices = this.packing.devicesFor(kind, machine);
    this.packing.put(kind + this.count, machine, devices);
    return { machine, devices };
  }

  /** Takes the place of an expected one. */
  private expectedAt(kind: number): number | undefined {
    const { packing } = this;
    for (let machine = this.expectedFrom[kind]!; machine < packing.machines.length; machine++) {
      const index = this.indexOf(kind, machine);
      if (index < 0) continue;
      this.expectedFrom[kind] = machine;
      packing.evict(machine, index);
      return machine;
    }
    this.expectedFrom[kind] = packing.machines.length;
    return undefined;
  }

  private roomFor(kind: number): number | undefined {
    let best: number | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (let machine = 0; machine < this.packing.machines.length; machine++) {
      const devices = this.packing.devicesFor(kind, machine);
      if (devices < 0) continue;
      const waste = this.goal.waste(kind, machine, devices);
      if (waste >= least) continue;
      least = waste;
      best = machine;
    }
    if (best !== undefined) this.forget(kind);
    return best;
  }

  /** Where the expected ones that must give way are worth least. */
  private roomMadeFor(kind: number): number | undefined {
    let best: { machine: number; lost: number } | undefined;
    for (let machine = 0; machine < this.packing.machines.length; machine++) {
      this.before.take(machine);
      const sent = this.makeRoom(kind, machine);
      this.before.restore(machine);
      if (!sent) continue;
      const lost = sent.reduce((sum, guest) => sum + this.goal.worth(guest, machine), 0);
      if (!best || lost < best.lost) best = { machine, lost };
      if (lost === 0) break;
    }
    if (!best) return undefined;
    this.forget(kind);
    for (const guest of this.makeRoom(kind, best.machine)!) this.waiting.add(guest);
    this.unexpected++;
    return best.machine;
  }

  /** Sends expected ones away, the least first, until there is room; who fits beside stays. Undefined: they do not make enough. */
  private makeRoom(kind: number, machine: number): number[] | undefined {
    const { packing, goal } = this;
    const guests = packing.residents[machine]!.map((held) => packing.kindOf(held)).filter(
      (guest) => guest < this.count,
    );
    guests.sort((a, b) => goal.worth(a, machine) - goal.worth(b, machine) || a - b);
    for (const [index, guest] of guests.entries()) {
      packing.evict(machine, this.indexOf(guest, machine));
      const devices = packing.devicesFor(kind, machine);
      if (devices < 0) continue;
      packing.put(kind + this.count, machine, devices);
      const sent = guests.slice(0, index + 1).filter((other) => !this.comesBack(other, machine));
      packing.evict(machine, this.indexOf(kind + this.count, machine));
      return sent;
    }
    return undefined;
  }

  private comesBack(guest: number, machine: number): boolean {
    const devices = this.packing.devicesFor(guest, machine);
    if (devices >= 0) this.packing.put(guest, machine, devices);
    return devices >= 0;
  }

  private indexOf(kind: number, machine: number): number {
    return this.packing.residents[machine]!.findLastIndex((held) => this.packing.kindOf(held) === kind);
  }

  /** One fewer of the kind is still to come. */
  private forget(kind: number): void {
    if (this.waiting.count[kind]! > 0) this.waiting.remove(kind);
  }
}

/** As many of each kind as fill the GPUs, or without GPUs the CPU, in the usual proportions. */
function expectedOf(
  kinds: readonly Kind[],
  machines: readonly Machine[],
  usual: readonly number[],
): number[] {
  const asked = kinds.reduce((sum, kind, index) => sum + gpuOf(kind) * usual[index]!, 0);
  const there = machines.reduce((sum, { gpus }) => sum + gpus * wholeGpu, 0);
  let carried = 0;
  return usual.map((count) => {
    // What is cut off here is added there, so that the sum is right.
    const exact = (count * there) / asked + carried;
    carried = exact - Math.round(exact);
    return Math.round(exact);
  });
}
