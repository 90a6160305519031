import type { Choice } from "./decide";
import type { Judge } from "./judge";
import type { Load } from "./load";
import { demandOf, type Request } from "./requests";

/** How many nodes a chain of shifts may look at for one instance: a count, so that every machine decides the same. */
const mostLooks = 20_000;
const longestChain = 3;

/**
 * Finds room for those left out by shifting others aside: the newcomer takes a place, who was there takes another one, at
 * most three deep. For plans too large to be searched as a whole. Undefined when somebody is still left out.
 * @param loads filled with all who are placed; changed on the way
 */
export function repaired(
  leftOut: readonly Request[],
  placed: ReadonlyMap<string, Choice>,
  requests: readonly Request[],
  loads: readonly Load[],
  judge: Judge,
): Map<string, Choice> | undefined {
  const byId = new Map(requests.map((request) => [request.instance.id, request]));
  const choices = new Map(placed);
  for (const request of leftOut) {
    let looks = mostLooks;
    if (!settle(request, longestChain, new Set([request.instance.id]))) return undefined;

    function settle(newcomer: Request, depth: number, moving: ReadonlySet<string>): boolean {
      for (const load of loads) {
        if (put(newcomer, load)) return true;
      }
      if (depth === 1) return false;
      for (const load of loads) {
        const refusal = judge.refuse({ request: newcomer, load, takes: load.takesOf(newcomer.instance) });
        // A slot is freed best by someone small, memory by someone large: others only pass the want on.
        const wanted = refusal?.token === "NoFreeSlot" ? -1 : 1;
        for (const resident of [...load.residents]) {
          const evicted = byId.get(resident.id)!;
          const isOfUse = Math.sign(demandOf(resident) - demandOf(newcomer.instance)) === wanted;
          // Whoever ran here before is not shifted: what runs stays.
          if (!isOfUse || moving.has(resident.id) || evicted.was === load.node.name) continue;
          if (looks-- <= 0) return false;
          const takes = load.takesOf(resident, choices.get(resident.id)!.onGpu);
          load.remove(resident, takes);
          const isIn = put(newcomer, load);
          if (isIn && settle(evicted, depth - 1, new Set([...moving, resident.id]))) return true;
          if (isIn)
            load.remove(
              newcomer.instance,
              load.takesOf(newcomer.instance, choices.get(newcomer.instance.id)!.onGpu),
            );
          load.add(resident, takes);
          choices.set(resident.id, { node: load.node.name, onGpu: takes.onGpu });
        }
      }
      return false;
    }
  }
  return choices;

  function put(request: Request, load: Load): boolean {
    const takes = load.takesOf(request.instance);
    if (judge.refuse({ request, load, takes })) return false;
    load.add(request.instance, takes);
    choices.set(request.instance.id, { node: load.node.name, onGpu: takes.onGpu });
    return true;
  }
}
