import type { Instance } from "../topology/instance";
import { Appraiser } from "./appraiser";
import { hintsOf } from "./hints";
import type { Judge } from "./judge";
import type { Load, Takes } from "./load";
import type { Held, Placement, Unplaced } from "./plan";
import { candidatesBeside } from "./rating";
import type { Request } from "./requests";

/** Where an instance has to go. Without `onGpu` it runs on the GPU when it can. */
export interface Choice {
  node: string;
  onGpu?: boolean | undefined;
  /** Which GPUs it gets, if they have the room; else those that fit best. */
  gpuDevices?: readonly number[] | undefined;
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
  const appraiser = new Appraiser(loads, judge);
  const placements: Placement[] = [];
  const unplaced: Unplaced[] = [];
  for (const [index, request] of requests.entries()) {
    const { instance, port, was } = request;
    const turn = index + 1;
    const choice = choices.get(instance.id);
    const { ratings, rejections } = appraiser.appraise(request, choice);
    const best = choice ? ratings.find(({ offer }) => offer.load.node.name === choice.node) : ratings[0];
    if (!best) {
      unplaced.push({ instance: instance.id, turn, rejections });
      continue;
    }
    const { load, takes } = best.offer;
    load.add(instance, takes);
    appraiser.placed(request, load);
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
      ...(instance.ray && { ray: instance.ray }),
      ...(instance.launcher === "kuberay" && { launcher: instance.launcher }),
      takes: heldBy(instance, takes),
      onGpu: takes.onGpu,
      ...(takes.devices && (instance.gpus > 0 || load.node.gpus > 1) && { gpuDevices: [...takes.devices] }),
      others: candidatesBeside(best, ratings),
      rejections,
    });
  }
  return { placements, unplaced };
}

function heldBy({ cpuCores, gpus, slots }: Instance, { ramBytes, gpuMemoryBytes, onGpu }: Takes): Held {
  return {
    ramBytes,
    gpuMemoryBytes,
    ...(cpuCores > 0 && { cpuCores }),
    ...(onGpu && gpus > 0 && { gpus }),
    ...(slots === 0 && { slots }),
  };
}
