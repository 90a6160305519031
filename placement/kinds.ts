import { groupBy } from "./group-by";
import type { Demand, Option, Problem } from "./problem";

/** Demands that could change places without a difference: to count them is much easier than to tell them apart. */
export interface Kind {
  /** In the order of the requests. */
  demands: readonly Demand[];
  options: readonly Option[];
  /** How many of them may stay, by node. */
  staying: ReadonlyMap<string, number>;
  /** How many of these run on the GPU. */
  stayingOnGpu: ReadonlyMap<string, number>;
  /** Kinds whose demands it must not meet. */
  conflicts: ReadonlySet<Kind>;
  /** Its demands must not meet each other. */
  apart: boolean;
}

/**
 * @param likes what else sets demands apart: `nothing` where only room counts, `scores` where it matters who is where
 */
export function kindsOf({ demands }: Problem, likes: "nothing" | "scores"): Kind[] {
  const liked = new Set(demands.flatMap(({ request }) => [...request.affinity]));
  const wishes = (demand: Demand) => (likes === "scores" ? wishesOf(demand, liked) : []);
  const places = new Map(demands.map((demand) => [demand, placesOf(demand, likes)]));
  const keyOf = (demand: Demand, withSelf: boolean) => {
    const { conflicts, instance } = demand.request;
    const apart = [...conflicts, ...(withSelf ? [instance.id] : [])].sort();
    return JSON.stringify([places.get(demand), apart, wishes(demand)]);
  };
  const groups = [...groupBy(demands, (demand) => keyOf(demand, false)).values()];
  const alone = groups.filter((group) => group.length === 1).flat();
  // Those that must not meet each other are alike when the rest of their conflicts is.
  const apart = groupBy(alone, (demand) => keyOf(demand, true)).values();
  const kinds = [...groups.filter((group) => group.length > 1), ...apart].map((group) => kindOf(group));
  const byId = new Map(
    kinds.flatMap((kind) => kind.demands.map(({ request }) => [request.instance.id, kind])),
  );
  for (const kind of kinds) {
    const [first] = kind.demands;
    const met = [...first!.request.conflicts].flatMap((id) => byId.get(id) ?? []);
    kind.apart = met.includes(kind);
    kind.conflicts = new Set(met.filter((other) => other !== kind));
  }
  return kinds;
}

function kindOf(demands: readonly Demand[]) {
  const staying = new Map<string, number>();
  const stayingOnGpu = new Map<string, number>();
  for (const { mayStay, request, options } of demands) {
    const { was, wasOnGpu } = request;
    if (!mayStay || !options.some(({ stays }) => stays)) continue;
    staying.set(was!, (staying.get(was!) ?? 0) + 1);
    if (wasOnGpu) stayingOnGpu.set(was!, (stayingOnGpu.get(was!) ?? 0) + 1);
  }
  return {
    demands,
    options: demands[0]!.options,
    staying,
    stayingOnGpu,
    conflicts: new Set<Kind>(),
    apart: false,
  };
}

function placesOf({ options }: Demand, likes: "nothing" | "scores"): string {
  const places = options.map(({ node, takes, score, rank }) =>
    JSON.stringify([
      node,
      takes.ramBytes,
      takes.gpuMemoryBytes,
      takes.onGpu,
      takes.cpuMilli,
      takes.slots,
      takes.ask,
      ...(likes === "scores" ? [score, rank] : []),
    ]),
  );
  return places.sort().join();
}

/** One with affinity is like no other: whom it likes, or who likes it, counts node by node. */
function wishesOf({ request: { affinity, instance } }: Demand, liked: ReadonlySet<string>): string[] {
  return affinity.size > 0 || liked.has(instance.id) ? [instance.id] : [];
}
