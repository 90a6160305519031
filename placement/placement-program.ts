import { cliques } from "./cliques";
import type { Choice } from "./decide";
import { type GpuAsk, whole } from "./devices";
import { groupBy } from "./group-by";
import { IntegerProgram, type Terms } from "./integer-program";
import { type Kind, kindsOf } from "./kinds";
import type { Demand, Option, Problem, Room } from "./problem";

/** A kind's option and the variable that says how many take it. */
export interface Pick {
  kind: Kind;
  option: Option;
  variable: number;
}

/** Kinds in rooms as an integer program: one variable per kind and option. Any may be left out; `require` forbids it. */
export class PlacementProgram extends IntegerProgram {
  readonly picks: readonly Pick[];
  /** Counts those who stay. */
  readonly staying: Terms;
  /** Whether it adds up the GPUs of nodes that have several: what it finds may not fit, what it excludes is impossible. */
  readonly sumsUpGpus: boolean;
  private readonly byKind: ReadonlyMap<Kind, Pick[]>;
  /** What the variables that are no picks are, given the picks. */
  private readonly derived: { variable: number; of: (values: readonly number[]) => number }[] = [];

  constructor(kinds: readonly Kind[], rooms: readonly Room[]) {
    super();
    const byName = new Map(rooms.map((room) => [room.node, room]));
    this.sumsUpGpus = kinds.some(({ options }) =>
      options.some(({ node, takes }) => takes.ask && byName.get(node)!.devices.count > 1),
    );
    this.picks = kinds.flatMap((kind) =>
      kind.options.map((option) => {
        const most = mostOf(kind, option, byName.get(option.node)!);
        return { kind, option, variable: this.whole(most) };
      }),
    );
    this.byKind = groupBy(this.picks, ({ kind }) => kind);
    for (const kind of kinds) this.row(terms(this.of(kind)), "<=", kind.demands.length);
    const ramUnit = unitOf(
      this.picks.map(({ option }) => option.takes.ramBytes),
      rooms.map((room) => room.ramBytes),
    );
    const gpuUnit = unitOf(
      this.picks.map(({ option }) => option.takes.gpuMemoryBytes),
      rooms.map((room) => room.gpuMemoryBytes),
    );
    for (const [node, here] of groupBy(this.picks, ({ option }) => option.node)) {
      const room = byName.get(node)!;
      const { ramBytes, gpuMemoryBytes, slots } = room;
      const ram = terms(here, ({ takes }) => Math.floor(takes.ramBytes / ramUnit));
      const onGpu = here.filter(({ option }) => option.takes.gpuMemoryBytes > 0);
      const gpu = terms(onGpu, ({ takes }) => Math.floor(takes.gpuMemoryBytes / gpuUnit));
      const inSlots = here.filter(({ option }) => option.takes.slots > 0);
      if (inSlots.length > 0) this.row(terms(inSlots), "<=", slots);
      this.row(ram, "<=", Math.floor(ramBytes / ramUnit));
      if (gpu.length > 0) this.row(gpu, "<=", Math.max(0, Math.floor(gpuMemoryBytes / gpuUnit)));
      this.keepShares(here, room);
      this.keepApart(groupBy(here, ({ kind }) => kind));
    }
    this.staying = kinds.flatMap((kind) => this.stayingOf(kind, kind.staying, this.of(kind)));
  }

  /** All must be placed. */
  static ofAll(problem: Problem, likes: "nothing" | "scores"): PlacementProgram {
    const kinds = kindsOf(problem, likes);
    const program = new PlacementProgram(kinds, problem.rooms);
    for (const kind of kinds) program.require(kind);
    return program;
  }

  of(kind: Kind): readonly Pick[] {
    return this.byKind.get(kind) ?? [];
  }

  require(kind: Kind, count = kind.demands.length): void {
    this.row(terms(this.of(kind)), ">=", count);
  }

  /** Counts those who stay on the GPU that they have. */
  keepingGpu(): Terms {
    return [...this.byKind].flatMap(([kind, picks]) => {
      const onGpu = picks.filter(({ option }) => option.takes.onGpu);
      return this.stayingOf(kind, kind.stayingOnGpu, onGpu);
    });
  }

  /** A variable that follows from the others. */
  derive(variable: number, of: (values: readonly number[]) => number): number {
    this.derived.push({ variable, of });
    return variable;
  }

  /** What a solution picks, by instance id: those who may stay first, the others by rank in the order of the requests. */
  choices(values: readonly number[]): Map<string, Choice> {
    const choices = new Map<string, Choice>();
    for (const [kind, picks] of this.byKind) {
      const places = picks.flatMap(({ option, variable }) =>
        Array.from({ length: Math.round(values[variable]!) }, () => option),
      );
      const take = (demand: Demand, index: number) => {
        const [place] = index >= 0 ? places.splice(index, 1) : [];
        if (place) choices.set(demand.request.instance.id, { node: place.node, onGpu: place.takes.onGpu });
        return place !== undefined;
      };
      const stayed = kind.demands.filter(
        (demand) =>
          demand.mayStay &&
          take(
            demand,
            places.findIndex(({ node }) => node === demand.request.was),
          ),
      );
      for (const demand of kind.demands) if (!stayed.includes(demand)) take(demand, 0);
    }
    return choices;
  }

  /** The values that a placement has: the inverse of `choices`. */
  valuesOf(choices: ReadonlyMap<string, Choice>): number[] {
    const values = Array.from({ length: this.variables }, () => 0);
    for (const [kind, picks] of this.byKind) {
      for (const { request } of kind.demands) {
        const choice = choices.get(request.instance.id);
        const pick = picks.find(
          ({ option }) => option.node === choice?.node && option.takes.onGpu === choice.onGpu,
        );
        if (pick) values[pick.variable]!++;
      }
    }
    for (const { variable, of } of this.derived) values[variable] = of(values);
    return values;
  }

  /** @param counts how many may stay, by node */
  private stayingOf(kind: Kind, counts: ReadonlyMap<string, number>, picks: readonly Pick[]): Terms {
    return [...counts].flatMap(([node, count]): Terms => {
      const here = terms(picks.filter(({ option }) => option.node === node));
      if (count === kind.demands.length) return here;
      const stay = this.derive(this.continuous(count), (values) => Math.min(count, total(here, values)));
      this.row([[1, stay], ...negative(here)], "<=", 0);
      return [[1, stay]];
    });
  }

  /** Cores and GPUs, where they could be too few. */
  private keepShares(here: readonly Pick[], { cpuMilli, gpuMilli, devices }: Room): void {
    this.keepSum(here, ({ takes }) => takes.cpuMilli, cpuMilli);
    this.keepSum(here, ({ takes: { ask } }) => (ask ? ask.devices * ask.milli : 0), gpuMilli);
    if (devices.count <= 1) return;
    // Of those that take more than half of a device there is one on each.
    const half = Math.max(...devices.bytes) / 2;
    const large: ((ask: GpuAsk) => boolean)[] = [
      ({ milli }) => milli > whole / 2,
      ({ bytes }) => bytes > half,
    ];
    for (const isLarge of large)
      this.keepSum(here, ({ takes: { ask } }) => (ask && isLarge(ask) ? ask.devices : 0), devices.count);
  }

  private keepSum(here: readonly Pick[], weight: (option: Option) => number, room: number): void {
    const some = here.filter(({ option }) => weight(option) > 0);
    const most = some.reduce((sum, { kind, option }) => sum + kind.demands.length * weight(option), 0);
    if (most > Math.max(0, room)) this.row(terms(some, weight), "<=", Math.max(0, room));
  }

  private keepApart(here: ReadonlyMap<Kind, readonly Pick[]>): void {
    const present = new Map<Kind, Terms>();
    for (const [kind, picks] of here) {
      const own = terms(picks);
      if (kind.apart) this.row(own, "<=", 1);
      if (kind.conflicts.size === 0) continue;
      if (kind.apart || kind.demands.length === 1) present.set(kind, own);
      else {
        const isHere = this.derive(this.whole(1), (values) => Math.min(1, total(own, values)));
        this.row([[-kind.demands.length, isHere], ...own], "<=", 0);
        present.set(kind, [[1, isHere]]);
      }
    }
    for (const clique of cliques([...present.keys()]))
      this.row(
        clique.flatMap((kind) => present.get(kind)!),
        "<=",
        1,
      );
  }
}

export function terms(picks: readonly Pick[], weight: (option: Option) => number = () => 1): Terms {
  return picks.map(({ option, variable }) => [weight(option), variable] as const);
}

export function negative(terms: Terms): Terms {
  return terms.map(([coefficient, variable]) => [-coefficient, variable] as const);
}

export function total(terms: Terms, values: readonly number[]): number {
  return terms.reduce((sum, [coefficient, variable]) => sum + coefficient * values[variable]!, 0);
}

/** How many of a kind a room can hold when nobody else is there. */
function mostOf({ demands, apart }: Kind, { takes }: Option, room: Room): number {
  const times = (has: number, needs: number) => (needs > 0 ? Math.floor(has / needs) : demands.length);
  const ram = times(room.ramBytes, takes.ramBytes);
  const gpu = takes.ask ? room.devices.roomFor(takes.ask) : demands.length;
  const cpu = times(room.cpuMilli, takes.cpuMilli);
  const slots = times(room.slots, takes.slots);
  return Math.max(0, Math.min(apart ? 1 : demands.length, slots, ram, gpu, cpu));
}

/** A solver is exact to so many digits. */
const mostUnits = 1e7;

/**
 * In these units the sizes are whole numbers that a solver adds up exactly. Where that would need too many digits they are
 * rounded down: the program then allows no less than there is, so what it excludes is impossible, and what it finds is checked.
 */
function unitOf(sizes: readonly number[], rooms: readonly number[]): number {
  return Math.max(divisor(sizes), Math.ceil(Math.max(0, ...rooms) / mostUnits));
}

/** The greatest common divisor: in its units the sizes are small whole numbers, which a solver adds up exactly. */
export function divisor(sizes: readonly number[]): number {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  return sizes.reduce(gcd, 0) || 1;
}
