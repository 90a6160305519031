import { Dice } from "./dice";
import { Improver } from "./improver";
import { gpuOf, type Kind, type Machine, wholeGpu } from "./kind";
import { Packing } from "./packing";
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
  private readonly count: number;
  private unexpected = 0;

  /** @param usual how often each kind is asked for; only the proportions count */
  constructor(
    kinds: readonly Kind[],
    machines: readonly Machine[],
    usual: readonly number[],
    private readonly rounds: number,
  ) {
    this.count = kinds.length;
    // The second half are those who came: alike, but nobody moves them.
    this.packing = new Packing([...kinds, ...kinds], machines);
    this.waiting = new Waiting(2 * kinds.length);
    for (const [kind, expected] of expectedOf(kinds, machines, usual).entries())
      for (let one = 0; one < expected; one++) this.waiting.add(kind);
    this.improver = new Improver(this.packing, this.waiting, new Dice(1), this.count);
    this.improver.improve(rounds);
  }

  place(kind: number): { machine: number; devices: number } | undefined {
    if (this.unexpected === 20) {
      this.improver.improve(this.rounds / 100);
      this.unexpected = 0;
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
    for (let machine = 0; machine < packing.machines.length; machine++) {
      const index = packing.residents[machine]!.findIndex((held) => packing.kindOf(held) === kind);
      if (index < 0) continue;
      packing.evict(machine, index);
      return machine;
    }
    return undefined;
  }

  private roomFor(kind: number): number | undefined {
    let best: number | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (let machine = 0; machine < this.packing.machines.length; machine++) {
      const devices = this.packing.devicesFor(kind, machine);
      if (devices < 0) continue;
      const waste = this.packing.waste(kind, machine, devices);
      if (waste >= least) continue;
      least = waste;
      best = machine;
    }
    if (best !== undefined && this.waiting.count[kind]! > 0) this.waiting.remove(kind);
    return best;
  }

  /** Sends expected ones away, those that are worth least, and looks for room for them elsewhere now and then. */
  private roomMadeFor(kind: number): number | undefined {
    let best: { machine: number; lost: number } | undefined;
    for (let machine = 0; machine < this.packing.machines.length; machine++) {
      if (best?.lost === 0) break;
      const lost = this.tryRoom(kind, machine, false);
      if (lost !== undefined && (!best || lost < best.lost)) best = { machine, lost };
    }
    if (!best) return undefined;
    if (this.waiting.count[kind]! > 0) this.waiting.remove(kind);
    this.tryRoom(kind, best.machine, true);
    this.unexpected++;
    return best.machine;
  }

  /** What the expected ones are worth that must give way. They go, and if `stays` is false come back. */
  private tryRoom(kind: number, machine: number, leave: boolean): number | undefined {
    const { packing } = this;
    const sent: { kind: number; devices: number }[] = [];
    const guests = packing.residents[machine]!.filter((held) => packing.kindOf(held) < this.count);
    if (guests.length === 0) return undefined;
    const wanted = packing.kinds[kind]!;
    guests.sort((a, b) => this.worthOf(a) - this.worthOf(b));
    let lost = 0;
    for (const guest of guests) {
      const devices = packing.devicesOf(guest);
      // Whoever holds nothing that is wanted may stay.
      if (
        wanted.gpus > 0 &&
        devices === 0 &&
        packing.cpuFree[machine]! >= wanted.cpuMilli &&
        packing.ramFree[machine]! >= wanted.ramBytes
      )
        continue;
      packing.evict(machine, packing.residents[machine]!.indexOf(guest));
      sent.push({ kind: packing.kindOf(guest), devices });
      lost += this.worthOf(guest);
      if (packing.devicesFor(kind, machine) >= 0) break;
    }
    const fits = packing.devicesFor(kind, machine) >= 0;
    if (leave) for (const guest of sent) this.waiting.add(guest.kind);
    else for (const guest of sent) packing.put(guest.kind, machine, guest.devices);
    return fits ? lost : undefined;
  }

  private worthOf(held: number): number {
    return gpuOf(this.packing.kinds[this.packing.kindOf(held)]!) + 3;
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
