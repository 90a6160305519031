import { hintsOf } from "./hints";
import type { Judge } from "./judge";
import type { Load } from "./load";
import type { Offer } from "./offer";
import type { Placement, Rejection, Unplaced } from "./plan";
import { byRank, candidateOf, type Rating } from "./rating";
import type { Request } from "./requests";

/** Where an instance has to go. Without `onGpu` it runs on the GPU when it can. */
export interface Choice {
  node: string;
  onGpu?: boolean | undefined;
}

export interface Decided {
  /** In the order of the decisions. */
  placements: Placement[];
  unplaced: Unplaced[];
}

/**
 * One request after the other takes its choice, or else the best node at its turn, and fills the loads. What was known of
 * every other node at that moment is kept.
 */
export function decide(
  requests: readonly Request[],
  loads: readonly Load[],
  judge: Judge,
  choices: ReadonlyMap<string, Choice>,
): Decided {
  const placements: Placement[] = [];
  const unplaced: Unplaced[] = [];
  for (const [index, request] of requests.entries()) {
    const { instance, port, was } = request;
    const turn = index + 1;
    const choice = choices.get(instance.id);
    const rejections: Rejection[] = [];
    const ratings: Rating[] = [];
    for (const load of loads) {
      const onGpu = choice?.node === load.node.name ? choice.onGpu : undefined;
      const offer: Offer = { request, load, takes: load.takesOf(instance, onGpu) };
      const rejection = judge.refuse(offer);
      if (rejection) rejections.push(rejection);
      else ratings.push(judge.rate(offer));
    }
    ratings.sort(byRank);
    const best = choice ? ratings.find(({ offer }) => offer.load.node.name === choice.node) : ratings[0];
    if (!best) {
      unplaced.push({ instance: instance.id, turn, rejections });
      continue;
    }
    const { load, takes } = best.offer;
    load.add(instance, takes);
    placements.push({
      instance: instance.id,
      turn,
      node: load.node.name,
      score: best.score,
      parts: best.parts,
      manual: request.pinnedTo !== undefined,
      stays: was === load.node.name,
      hints: hintsOf(instance),
      ...(port !== undefined && { port }),
      takes: { ramBytes: takes.ramBytes, gpuMemoryBytes: takes.gpuMemoryBytes },
      onGpu: takes.onGpu,
      others: ratings.filter((rating) => rating !== best).map((other) => candidateOf(other, best)),
      rejections,
    });
  }
  return { placements, unplaced };
}
