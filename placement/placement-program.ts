import type { Choice } from "./decide";
import { IntegerProgram, type Terms } from "./integer-program";
import type { Demand, Option, Problem } from "./problem";

/** A demand's option and the variable that picks it. */
export interface Pick {
  demand: Demand;
  option: Option;
  variable: number;
}

/** A problem as an integer program: one variable per option. Every demand may be left out; `require` forbids it. */
export class PlacementProgram extends IntegerProgram {
  readonly picks: readonly Pick[];
  private readonly byDemand = new Map<string, Pick[]>();

  constructor({ demands, rooms }: Problem) {
    super();
    this.picks = demands.flatMap((demand) =>
      demand.options.map((option) => ({ demand, option, variable: this.binary() })),
    );
    for (const demand of demands) this.byDemand.set(demand.request.instance.id, []);
    for (const pick of this.picks) this.of(pick.demand).push(pick);
    for (const demand of demands) this.row(terms(this.of(demand)), "<=", 1);
    const ramUnit = divisor(this.picks.map(({ option }) => option.takes.ramBytes));
    const gpuUnit = divisor(this.picks.map(({ option }) => option.takes.gpuMemoryBytes));
    for (const { node, ramBytes, gpuMemoryBytes, slots } of rooms) {
      const here = this.picks.filter(({ option }) => option.node === node);
      const onGpu = here.filter(({ option }) => option.takes.gpuMemoryBytes > 0);
      if (here.length === 0) continue;
      this.row(terms(here), "<=", slots);
      this.row(
        terms(here, ({ takes }) => takes.ramBytes / ramUnit),
        "<=",
        Math.floor(ramBytes / ramUnit),
      );
      this.row(
        terms(onGpu, ({ takes }) => takes.gpuMemoryBytes / gpuUnit),
        "<=",
        Math.max(0, Math.floor(gpuMemoryBytes / gpuUnit)),
      );
      for (const clique of cliques(here)) this.row(terms(clique), "<=", 1);
    }
  }

  of({ request }: Demand): Pick[] {
    return this.byDemand.get(request.instance.id)!;
  }

  require(demand: Demand): void {
    this.row(terms(this.of(demand)), ">=", 1);
  }

  /** What a solution picks, by instance id. */
  choices(values: readonly number[]): Map<string, Choice> {
    const chosen = this.picks.filter(({ variable }) => values[variable]! > 0.5);
    return new Map(
      chosen.map(({ demand, option }) => [
        demand.request.instance.id,
        { node: option.node, onGpu: option.takes.onGpu },
      ]),
    );
  }
}

export function terms(picks: readonly Pick[], weight: (option: Option) => number = () => 1): Terms {
  return picks.map(({ option, variable }) => [weight(option), variable] as const);
}

/** Groups of picks of which only one may be, so that each pair that must not meet is in one of them. */
function cliques(here: readonly Pick[]): Pick[][] {
  const found: Pick[][] = [];
  const covered = new Set<string>();
  const idOf = ({ demand }: Pick) => demand.request.instance.id;
  for (const [index, first] of here.entries()) {
    const { conflicts } = first.demand.request;
    if (conflicts.size === 0) continue;
    for (const second of here.slice(index + 1)) {
      if (!conflicts.has(idOf(second)) || covered.has(`${idOf(first)} ${idOf(second)}`)) continue;
      const clique = [first, second];
      for (const other of here) {
        const isIn = clique.includes(other);
        const meetsNone = clique.every(
          (member) => idOf(member) === idOf(other) || other.demand.request.conflicts.has(idOf(member)),
        );
        if (!isIn && meetsNone) clique.push(other);
      }
      for (const a of clique) for (const b of clique) covered.add(`${idOf(a)} ${idOf(b)}`);
      found.push(clique);
    }
  }
  return found;
}

/** The greatest common divisor: in its units the sizes are small whole numbers, which a solver adds up exactly. */
export function divisor(sizes: readonly number[]): number {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  return sizes.reduce(gcd, 0) || 1;
}
