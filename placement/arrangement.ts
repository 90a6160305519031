import type { Cost } from "./cost";
import type { Choice } from "./decide";
import { sizesOf } from "./demand-sizes";
import type { Devices, GpuAsk } from "./devices";
import type { Kind } from "./kinds";
import { type OptionTable, optionTableOf } from "./option-table";
import type { Problem } from "./problem";

const nowhere = -1;

/** A placement, whole or not, that can be changed quickly. Demands and rooms are numbers. */
export class Arrangement {
  readonly demands: number;
  readonly rooms: number;
  readonly size: Int32Array;
  /** The room each may stay in, or -1. */
  readonly home: Int32Array;
  readonly at: Int32Array;
  readonly residents: number[][];
  readonly leftOut: number[] = [];
  readonly cost: Cost;
  private readonly roomOf: ReadonlyMap<string, number>;
  private readonly position: Int32Array;
  private readonly mode: Uint8Array;
  private readonly tables: OptionTable[];
  private readonly conflicts: (ReadonlySet<number> | undefined)[];
  private readonly likes: (readonly number[])[];
  private readonly likedBy: number[][];
  private readonly ram: Float64Array;
  private readonly gpu: Float64Array;
  private readonly slots: Int32Array;
  private readonly cpu: Float64Array;
  /** Thousandths of all devices of a room together. */
  private readonly gpuMilli: Float64Array;
  /** Of rooms with several: there is room only where each device has it. */
  private readonly devices: (Devices | undefined)[];
  private readonly devicesAt: (readonly number[] | undefined)[];
  // What a demand takes wherever it goes.
  private readonly slotsOf: Uint8Array;
  private readonly cpuOf: Float64Array;
  private readonly askOf: (GpuAsk | undefined)[];
  private readonly milliOf: Int32Array;

  constructor(
    private readonly problem: Problem,
    kinds: readonly Kind[],
  ) {
    const { demands, rooms } = problem;
    this.demands = demands.length;
    this.rooms = rooms.length;
    const roomOf = new Map(rooms.map(({ node }, index) => [node, index]));
    this.roomOf = roomOf;
    const indexOf = new Map(demands.map(({ request }, index) => [request.instance.id, index]));
    const tableOf = new Map(
      kinds.flatMap((kind) => {
        const table = optionTableOf(kind, roomOf);
        return kind.demands.map((demand) => [demand, table] as const);
      }),
    );
    this.tables = demands.map((demand) => tableOf.get(demand)!);
    this.size = sizesOf(problem);
    this.home = Int32Array.from(demands, ({ mayStay, request, options }) =>
      mayStay && options.some(({ stays }) => stays) ? roomOf.get(request.was!)! : nowhere,
    );
    const known = (ids: Iterable<string>) => [...ids].flatMap((id) => indexOf.get(id) ?? []);
    this.conflicts = demands.map(({ request: { conflicts } }) =>
      conflicts.size > 0 ? new Set(known(conflicts)) : undefined,
    );
    this.likes = demands.map(({ request }) => known(request.affinity));
    this.likedBy = demands.map(() => []);
    for (const [index, liked] of this.likes.entries())
      for (const one of liked) this.likedBy[one]!.push(index);
    this.ram = Float64Array.from(rooms, ({ ramBytes }) => ramBytes);
    this.gpu = Float64Array.from(rooms, ({ gpuMemoryBytes }) => gpuMemoryBytes);
    this.slots = Int32Array.from(rooms, ({ slots }) => slots);
    this.cpu = Float64Array.from(rooms, ({ cpuMilli }) => cpuMilli);
    this.gpuMilli = Float64Array.from(rooms, ({ gpuMilli }) => gpuMilli);
    this.devices = rooms.map(({ devices }) => (devices.count > 1 ? devices.copy() : undefined));
    this.devicesAt = demands.map(() => undefined);
    this.slotsOf = Uint8Array.from(demands, ({ request }) => request.instance.slots);
    this.cpuOf = Float64Array.from(demands, ({ options }) => options[0]?.takes.cpuMilli ?? 0);
    this.askOf = demands.map(({ options }) => options.find(({ takes }) => takes.ask)?.takes.ask);
    this.milliOf = Int32Array.from(this.askOf, (ask) => (ask ? ask.devices * ask.milli : 0));
    this.residents = rooms.map(() => []);
    this.at = new Int32Array(demands.length).fill(nowhere);
    this.mode = new Uint8Array(demands.length);
    this.position = new Int32Array(demands.length);
    this.cost = {
      missing: 0,
      moves: this.home.filter((home) => home !== nowhere).length,
      points: 0,
      ranks: 0,
    };
    for (let demand = 0; demand < this.demands; demand++) this.leaveOut(demand);
  }

  /**
   * How a demand would fit into a room as it is: 1 on the GPU, 0 off it, -1 not at all.
   * @param onGpu false: not on the GPU
   */
  modeIn(demand: number, room: number, onGpu = true): number {
    if (this.slotsOf[demand]! > 0 && this.slots[room]! <= 0) return nowhere;
    if (this.cpuOf[demand]! > 0 && this.cpuOf[demand]! > this.cpu[room]!) return nowhere;
    const { may, ram, gpu } = this.tables[demand]!;
    for (let mode = Number(onGpu); mode >= 0; mode--) {
      if (may[mode]![room] === 0 || ram[mode]![room]! > this.ram[room]!) continue;
      const wanted = gpu[mode]![room]!;
      if (wanted > 0 && wanted > this.gpu[room]!) continue;
      if (mode === 1 && !this.hasDevices(demand, room)) continue;
      const conflicts = this.conflicts[demand];
      return conflicts && this.residents[room]!.some((other) => conflicts.has(other)) ? nowhere : mode;
    }
    return nowhere;
  }

  /** Whether it could be there if nobody else were. */
  mayBeIn(demand: number, room: number): boolean {
    const { may } = this.tables[demand]!;
    return may[0]![room] === 1 || may[1]![room] === 1;
  }

  pointsIn(demand: number, room: number, mode: number): number {
    return this.tables[demand]!.points[mode]![room]!;
  }

  /** What would stay free of a room's RAM. */
  slackIn(demand: number, room: number, mode: number): number {
    return this.ram[room]! - this.tables[demand]!.ram[mode]![room]!;
  }

  modeOf(demand: number): number {
    return this.mode[demand]!;
  }

  /** Its devices, where its room has several. */
  devicesOf(demand: number): readonly number[] | undefined {
    return this.devicesAt[demand];
  }

  /** @param devices that it gets if they have the room */
  put(demand: number, room: number, mode: number, devices?: readonly number[]): void {
    const last = this.leftOut.pop()!;
    if (last !== demand) {
      this.leftOut[this.position[demand]!] = last;
      this.position[last] = this.position[demand]!;
    }
    this.cost.missing -= this.size[demand]!;
    this.at[demand] = room;
    this.mode[demand] = mode;
    this.residents[room]!.push(demand);
    const ask = mode === 1 && this.devices[room] ? this.askOf[demand] : undefined;
    if (ask) {
      this.devicesAt[demand] = this.devices[room]!.fit(ask, devices)!;
      this.devices[room]!.take(this.devicesAt[demand]!, ask);
    }
    this.count(demand, room, 1);
  }

  remove(demand: number): void {
    const room = this.at[demand]!;
    this.count(demand, room, -1);
    const residents = this.residents[room]!;
    residents[residents.indexOf(demand)] = residents[residents.length - 1]!;
    residents.pop();
    if (this.devicesAt[demand]) {
      this.devices[room]!.giveBack(this.devicesAt[demand]!, this.askOf[demand]!);
      this.devicesAt[demand] = undefined;
    }
    this.at[demand] = nowhere;
    this.leaveOut(demand);
  }

  /** Takes over a placement instead of its own, but for what does not fit. */
  take(choices: ReadonlyMap<string, Choice>): void {
    for (let demand = 0; demand < this.demands; demand++)
      if (this.at[demand] !== nowhere) this.remove(demand);
    for (const demand of this.inTurn(choices)) {
      const { request } = this.problem.demands[demand]!;
      const choice = choices.get(request.instance.id);
      const room = this.roomOf.get(choice?.node ?? "") ?? nowhere;
      if (room === nowhere) continue;
      const mode = this.modeIn(demand, room, choice!.onGpu ?? true);
      const had = this.home[demand] === room ? request.wasGpuDevices : undefined;
      if (mode !== nowhere) this.put(demand, room, mode, choice!.gpuDevices ?? had);
    }
  }

  /** Those whose devices are known first, then who takes whole ones: what is left for the others is the same for all. */
  private inTurn(choices: ReadonlyMap<string, Choice>): number[] {
    const turns = Array.from(this.at, (_, demand) => demand);
    if (!this.devices.some((devices) => devices)) return turns;
    const isKnown = (demand: number) =>
      Number(choices.get(this.problem.demands[demand]!.request.instance.id)?.gpuDevices !== undefined);
    return turns.sort((a, b) => isKnown(b) - isKnown(a) || this.milliOf[b]! - this.milliOf[a]! || a - b);
  }

  choices(): Map<string, Choice> {
    const choices = new Map<string, Choice>();
    for (const [demand, { request }] of this.problem.demands.entries()) {
      const node = this.problem.rooms[this.at[demand]!]?.node;
      if (node === undefined) continue;
      const gpuDevices = this.devicesAt[demand];
      const onGpu = this.mode[demand] === 1;
      choices.set(request.instance.id, { node, onGpu, ...(gpuDevices && { gpuDevices }) });
    }
    return choices;
  }

  private leaveOut(demand: number): void {
    this.position[demand] = this.leftOut.push(demand) - 1;
    this.cost.missing += this.size[demand]!;
  }

  /** @param sign 1 when it is there now, -1 when it is about to go */
  private count(demand: number, room: number, sign: number): void {
    const { ram, gpu, points, rank } = this.tables[demand]!;
    const mode = this.mode[demand]!;
    this.ram[room]! -= sign * ram[mode]![room]!;
    this.gpu[room]! -= sign * gpu[mode]![room]!;
    this.slots[room]! -= sign * this.slotsOf[demand]!;
    this.cpu[room]! -= sign * this.cpuOf[demand]!;
    if (mode === 1) this.gpuMilli[room]! -= sign * this.milliOf[demand]!;
    if (this.home[demand] === room) this.cost.moves -= sign;
    this.cost.ranks += sign * rank[mode]![room]! * (2 * this.demands - demand);
    this.cost.points += sign * (points[mode]![room]! + this.together(demand, room));
    for (const one of this.likedBy[demand]!) {
      if (this.at[one] !== room) continue;
      const now = this.together(one, room);
      this.at[demand] = nowhere;
      this.cost.points += sign * (now - this.together(one, room));
      this.at[demand] = room;
    }
  }

  private hasDevices(demand: number, room: number): boolean {
    const devices = this.devices[room];
    return this.milliOf[demand]! <= this.gpuMilli[room]! && (!devices || !!devices.fit(this.askOf[demand]!));
  }

  /** Points for those it likes and is with. */
  private together(demand: number, room: number): number {
    let count = 0;
    for (const one of this.likes[demand]!) if (this.at[one] === room) count++;
    return 100 * Math.min(25, 10 * count);
  }
}
