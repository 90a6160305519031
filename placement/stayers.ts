import type { Judge } from "./judge";
import type { Load } from "./load";
import type { Request } from "./requests";

/** What becomes of those that ran before. */
export interface Stayers {
  /** Those that may stay. */
  stayers: readonly Request[];
  /** Those of them that fit together where they are. */
  holding: readonly Request[];
  /** Why each of the others is decided anew, by id. */
  forced: ReadonlyMap<string, string>;
}

/** @param emptyLoads the nodes without anything of this stack, fresh on each call */
export function stayersOf(requests: readonly Request[], emptyLoads: () => Load[], judge: Judge): Stayers {
  const stayers: Request[] = [];
  const forced = new Map<string, string>();
  const empty = byName(emptyLoads());
  for (const request of requests) {
    const { instance, was, anew } = request;
    if (was === undefined) continue;
    const load = empty.get(was);
    const refusal = load && judge.refuse({ request, load, takes: load.takesOf(instance) });
    if (!load) forced.set(instance.id, `${was} is no longer in the cluster`);
    else if (refusal) forced.set(instance.id, refusal.text);
    else if (anew) forced.set(instance.id, anew);
    else stayers.push(request);
  }
  const loads = byName(emptyLoads());
  const holding = stayers.filter((request) => {
    const load = loads.get(request.was!)!;
    const takes = load.takesOf(request.instance);
    if (judge.refuse({ request, load, takes })) return false;
    load.add(request.instance, takes);
    return true;
  });
  return { stayers, holding, forced };
}

function byName(loads: readonly Load[]): Map<string, Load> {
  return new Map(loads.map((load) => [load.node.name, load]));
}
