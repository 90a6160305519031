import { type Kind, type Machine, mostGpus, wholeGpu } from "./kind";

// Constants of this file: one of another file is looked up at each use, which here is felt.
const whole = wholeGpu;
const places = mostGpus;

/**
 * Who is on which machine, and what that leaves: the one place where room is accounted, added up and taken back one
 * resident at a time. A resident is one number: its kind, and the devices it holds as bits.
 */
export class Packing {
  readonly cpuFree: Float64Array;
  readonly ramFree: Float64Array;
  readonly slotsFree: Int32Array;
  /** Thousandths left of each device, `mostGpus` places a machine. */
  readonly gpuFree: Int16Array;
  /** Bytes left of each device's memory, in the same places. */
  readonly gpuMemoryFree: Float64Array;
  /** Devices nobody is on. */
  readonly idleGpus: Uint8Array;
  /** Thousandths left of all devices together. */
  readonly gpuLeft: Int32Array;
  readonly residents: number[][];
  /** The kind as which one of a kind waits: who does without a GPU waits as one who would have it. */
  readonly waitsAs: Int32Array;
  // What is asked for again and again lies in rows of numbers: ten times as fast as in objects.
  private readonly cpu: Float64Array;
  private readonly gpus: Int32Array;
  private readonly gpuMilli: Int32Array;
  private readonly ram: Float64Array;
  private readonly gpuMemory: Float64Array;
  private readonly slots: Uint8Array;
  private readonly devices: Int32Array;
  private readonly group: Int32Array;
  private readonly groups: number;
  private readonly conflicting: Uint8Array;
  private readonly home: Int32Array;
  private readonly ownDevices: Int32Array;

  constructor(
    readonly kinds: readonly Kind[],
    readonly machines: readonly Machine[],
  ) {
    this.cpuFree = Float64Array.from(machines, ({ cpuMilli }) => cpuMilli);
    this.ramFree = Float64Array.from(machines, ({ ramBytes }) => ramBytes);
    this.slotsFree = Int32Array.from(machines, ({ slots }) => slots);
    this.idleGpus = Uint8Array.from(machines, ({ gpus, gpuFree }) =>
      gpuFree ? gpuFree.filter((left) => left === whole).length : gpus,
    );
    this.gpuFree = new Int16Array(machines.length * places);
    this.gpuMemoryFree = new Float64Array(machines.length * places);
    for (const [machine, { gpus, gpuFree, gpuMemoryFree = [] }] of machines.entries()) {
      this.gpuFree.fill(whole, machine * places, machine * places + gpus);
      if (gpuFree) this.gpuFree.set(gpuFree, machine * places);
      this.gpuMemoryFree.set(gpuMemoryFree, machine * places);
    }
    this.gpuLeft = Int32Array.from(machines, ({ gpus, gpuFree }) => sumOf(gpuFree) ?? gpus * whole);
    this.residents = machines.map(() => []);
    this.cpu = Float64Array.from(kinds, ({ cpuMilli }) => cpuMilli);
    this.gpus = Int32Array.from(kinds, ({ gpus }) => gpus);
    this.gpuMilli = Int32Array.from(kinds, ({ gpuMilli }) => gpuMilli);
    this.conflicting = Uint8Array.from(kinds, ({ conflicts }) => Number(conflicts.length > 0));
    this.slots = Uint8Array.from(kinds, ({ slotless }) => Number(!slotless));
    this.devices = Int32Array.from(machines, ({ gpus }) => gpus);
    this.group = Int32Array.from(machines, ({ group }) => group);
    this.groups = kinds[0]?.takes.length ?? 0;
    this.home = Int32Array.from(kinds, ({ home }) => home?.machine ?? -1);
    this.ownDevices = Int32Array.from(kinds, ({ home }) => home?.devices ?? 0);
    this.waitsAs = Int32Array.from(kinds.keys());
    for (const [kind, { without }] of kinds.entries())
      if (without !== undefined) this.waitsAs[without] = kind;
    const takes = kinds.flatMap((kind) => kind.takes);
    // Where it may not go it would need more than any machine has.
    this.ram = Float64Array.from(takes, (memory) => memory?.ramBytes ?? Number.POSITIVE_INFINITY);
    this.gpuMemory = Float64Array.from(takes, (memory) => memory?.gpuMemoryBytes ?? 0);
  }

  /**
   * The devices it would get, as bits: its own where it runs, else the fullest that has room for a share, the first idle ones
   * for whole ones. -1: no room.
   */
  devicesFor(kind: number, machine: number): number {
    const cell = kind * this.groups + this.group[machine]!;
    if (this.cpu[kind]! > this.cpuFree[machine]! || this.ram[cell]! > this.ramFree[machine]!) return -1;
    if (this.slotsFree[machine]! < this.slots[kind]!) return -1;
    if (this.conflicting[kind] && this.meetsRival(kind, machine)) return -1;
    const gpus = this.gpus[kind]!;
    if (gpus === 0) return 0;
    if (this.ownDevices[kind] !== 0 && this.keepsDevices(kind, machine)) return this.ownDevices[kind]!;
    const gpuMilli = this.gpuMilli[kind]!;
    const bytes = this.gpuMemory[cell]!;
    return gpuMilli < whole
      ? this.fullestDevice(gpuMilli, bytes, machine)
      : this.idleDevices(gpus, bytes, machine);
  }

  /** The devices, as bits, if there is room on them; else those that `devicesFor` says. */
  devicesAs(wanted: number, kind: number, machine: number): number {
    const devices = this.devicesFor(kind, machine);
    if (devices <= 0 || wanted === 0) return devices;
    return this.haveRoom(wanted, kind, machine) ? wanted : devices;
  }

  /** Every device that has room for a share, as bits, where `devicesFor` says that the machine has. None: it is no share. */
  sharesFor(kind: number, machine: number): number[] {
    const gpuMilli = this.gpuMilli[kind]!;
    if (gpuMilli === 0 || gpuMilli === whole) return [];
    const count = this.devices[machine]!;
    return Array.from({ length: count }, (_, device) => device)
      .filter((device) => this.gpuLeftOf(machine, device) >= gpuMilli)
      .map((device) => 1 << device);
  }

  gpuLeftOf(machine: number, device: number): number {
    return this.gpuFree[machine * places + device]!;
  }

  put(kind: number, machine: number, devices: number): void {
    this.account(kind, machine, devices, -1);
    this.residents[machine]!.push(kind * deviceSets + devices);
  }

  /** @param index of the resident; the last one takes its place */
  evict(machine: number, index: number): number {
    const residents = this.residents[machine]!;
    const resident = residents[index]!;
    residents[index] = residents[residents.length - 1]!;
    residents.pop();
    this.account(this.kindOf(resident), machine, this.devicesOf(resident), 1);
    return this.kindOf(resident);
  }

  kindOf(resident: number): number {
    return (resident / deviceSets) | 0;
  }

  devicesOf(resident: number): number {
    return resident & (deviceSets - 1);
  }

  private account(kind: number, machine: number, devices: number, sign: number): void {
    this.cpuFree[machine]! += sign * this.cpu[kind]!;
    const cell = kind * this.groups + this.group[machine]!;
    this.ramFree[machine]! += sign * this.ram[cell]!;
    this.slotsFree[machine]! += sign * this.slots[kind]!;
    if (devices === 0) return;
    const change = sign * this.gpuMilli[kind]!;
    const bytes = sign * this.gpuMemory[cell]!;
    for (let rest = devices; rest !== 0; rest &= rest - 1) {
      const place = machine * places + 31 - Math.clz32(rest & -rest);
      const before = this.gpuFree[place]!;
      this.gpuFree[place] = before + change;
      if (before === whole) this.idleGpus[machine]!--;
      else if (before + change === whole) this.idleGpus[machine]!++;
      this.gpuMemoryFree[place]! += bytes;
      this.gpuLeft[machine]! += change;
    }
  }

  private meetsRival(kind: number, machine: number): boolean {
    const { conflicts } = this.kinds[kind]!;
    return this.residents[machine]!.some((held) => conflicts.includes(this.kindOf(held)));
  }

  private keepsDevices(kind: number, machine: number): boolean {
    return this.home[kind] === machine && this.haveRoom(this.ownDevices[kind]!, kind, machine);
  }

  private haveRoom(devices: number, kind: number, machine: number): boolean {
    const gpuMilli = this.gpuMilli[kind]!;
    const bytes = this.gpuMemory[kind * this.groups + this.group[machine]!]!;
    for (let rest = devices; rest !== 0; rest &= rest - 1) {
      const place = machine * places + 31 - Math.clz32(rest & -rest);
      if (this.gpuFree[place]! < gpuMilli || this.gpuMemoryFree[place]! < bytes) return false;
    }
    return true;
  }

  private fullestDevice(gpuMilli: number, bytes: number, machine: number): number {
    let best = -1;
    let least = whole + 1;
    const first = machine * places;
    for (let device = this.devices[machine]! - 1; device >= 0; device--) {
      const left = this.gpuFree[first + device]! - gpuMilli;
      if (left < 0 || left > least || bytes > this.gpuMemoryFree[first + device]!) continue;
      least = left;
      best = device;
    }
    return best < 0 ? -1 : 1 << best;
  }

  private idleDevices(wanted: number, bytes: number, machine: number): number {
    if (this.idleGpus[machine]! < wanted) return -1;
    let devices = 0;
    let missing = wanted;
    for (let device = 0; missing > 0; device++) {
      if (device === this.devices[machine]) return -1;
      const place = machine * places + device;
      if (this.gpuFree[place] !== whole || bytes > this.gpuMemoryFree[place]!) continue;
      devices |= 1 << device;
      missing--;
    }
    return devices;
  }
}

const deviceSets = 1 << places;

function sumOf(numbers: readonly number[] | undefined): number | undefined {
  return numbers?.reduce((sum, number) => sum + number, 0);
}
