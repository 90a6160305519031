import { groupBy } from "./group-by";
import type { Takes } from "./load";
import type { Demand, Problem, Room } from "./problem";

/** Demands that need more than all the nodes have that they could go to: a proof by adding up. */
export interface Shortage {
  /** As few as prove it. */
  demands: readonly Demand[];
  nodes: readonly string[];
  what: "slots" | "RAM" | "GPU memory" | "cores" | "GPUs" | "places";
  /** Bytes, thousandths of cores or GPUs, or a number of slots or places. */
  need: number;
  have: number;
}

interface Pool {
  what: Exclude<Shortage["what"], "slots" | "places">;
  of(demand: Demand): number;
  in(room: Room): number;
}

const pools: readonly Pool[] = [
  { what: "RAM", of: least(({ ramBytes }) => ramBytes), in: ({ ramBytes }) => ramBytes },
  {
    what: "GPU memory",
    of: least(({ gpuMemoryBytes }) => gpuMemoryBytes),
    in: ({ gpuMemoryBytes }) => gpuMemoryBytes,
  },
  { what: "cores", of: least(({ cpuMilli }) => cpuMilli), in: ({ cpuMilli }) => cpuMilli },
  {
    what: "GPUs",
    of: least(({ ask }) => (ask && ask.milli > 1 ? ask.devices * ask.milli : 0)),
    in: ({ gpuMilli }) => gpuMilli,
  },
];

/** More sets of nodes than these are not looked at. */
const mostUnions = 400;

/** The shortage with the fewest demands, if adding up finds one; that it finds none proves nothing. */
export function shortageOf({ demands, rooms }: Problem): Shortage | undefined {
  const byNodes = groupBy(demands, ({ options }) =>
    [...new Set(options.map(({ node }) => node))].sort().join("\n"),
  );
  const sets = [...byNodes.keys()].map((key) => new Set(key.split("\n")));
  const found = unions(sets).flatMap((nodes) => {
    const inside = [...byNodes].flatMap(([key, group]) =>
      key.split("\n").every((node) => nodes.has(node)) ? group : [],
    );
    const here = rooms.filter(({ node }) => nodes.has(node));
    return [
      slotsShort(inside, here),
      ...pools.flatMap((pool) => [sumShort(inside, here, pool), placesShort(inside, here, pool)]),
    ];
  });
  return found
    .filter((shortage) => shortage !== undefined)
    .sort((a, b) => a.demands.length - b.demands.length)[0];
}

function slotsShort(all: readonly Demand[], rooms: readonly Room[]): Shortage | undefined {
  const demands = all.filter(takesSlot);
  const have = rooms.reduce((sum, { slots }) => sum + Math.max(0, slots), 0);
  if (demands.length <= have) return undefined;
  return { demands: demands.slice(0, have + 1), nodes: names(rooms), what: "slots", need: have + 1, have };
}

/** The largest of them, added up until the nodes have too little. */
function sumShort(demands: readonly Demand[], rooms: readonly Room[], pool: Pool): Shortage | undefined {
  const have = rooms.reduce((sum, room) => sum + Math.max(0, pool.in(room)), 0);
  const sorted = [...demands].sort((a, b) => pool.of(b) - pool.of(a));
  let need = 0;
  for (const [index, demand] of sorted.entries()) {
    need += pool.of(demand);
    if (need > have)
      return { demands: sorted.slice(0, index + 1), nodes: names(rooms), what: pool.what, need, have };
  }
  return undefined;
}

/** So many are so large that the nodes, each taking whole ones, hold fewer of them. */
function placesShort(demands: readonly Demand[], rooms: readonly Room[], pool: Pool): Shortage | undefined {
  const sorted = demands.filter((demand) => pool.of(demand) > 0).sort((a, b) => pool.of(b) - pool.of(a));
  for (const [index, demand] of sorted.entries()) {
    const size = pool.of(demand);
    if (index + 1 < sorted.length && pool.of(sorted[index + 1]!) === size) continue;
    const inSlots = sorted.slice(0, index + 1).every(takesSlot);
    const have = rooms.reduce((sum, room) => {
      const places = Math.floor(pool.in(room) / size);
      return sum + Math.max(0, inSlots ? Math.min(room.slots, places) : places);
    }, 0);
    if (index + 1 > have)
      return {
        demands: sorted.slice(0, have + 1),
        nodes: names(rooms),
        what: "places",
        need: have + 1,
        have,
      };
  }
  return undefined;
}

function unions(sets: readonly ReadonlySet<string>[]): ReadonlySet<string>[] {
  const known = new Map<string, ReadonlySet<string>>();
  const keep = (set: ReadonlySet<string>) => known.set([...set].sort().join("\n"), set);
  for (const set of sets) keep(set);
  keep(new Set(sets.flatMap((set) => [...set])));
  for (const a of sets) for (const b of sets) if (known.size < mostUnions) keep(new Set([...a, ...b]));
  return [...known.values()];
}

function names(rooms: readonly Room[]): string[] {
  return rooms.map(({ node }) => node);
}

function takesSlot({ request }: Demand): boolean {
  return request.instance.slots > 0;
}

function least(of: (takes: Takes) => number): (demand: Demand) => number {
  const known = new WeakMap<Demand, number>();
  return (demand) => {
    const before = known.get(demand);
    if (before !== undefined) return before;
    const size = Math.min(...demand.options.map(({ takes }) => of(takes)));
    known.set(demand, size);
    return size;
  };
}
