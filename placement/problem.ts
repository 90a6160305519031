import type { Judge } from "./judge";
import type { Load, Takes } from "./load";
import { byTie, type Rating } from "./rating";
import type { Request } from "./requests";

/** One way to place one instance: a node, and for those that prefer a GPU whether they run on it. */
export interface Option {
  node: string;
  takes: Takes & { onGpu: boolean };
  /** Where it is already. */
  stays: boolean;
  /** On the otherwise empty node. */
  score: number;
  /** Its place in the tie order among the request's options, from 0. */
  rank: number;
}

export interface Demand {
  request: Request;
  options: readonly Option[];
  /** It ran before and nothing but want of room speaks against staying. */
  mayStay: boolean;
}

/** What a node has for all demands together. */
export interface Room {
  node: string;
  ramBytes: number;
  gpuMemoryBytes: number;
  slots: number;
}

/** The decision as a whole: pick one option of each demand, so that every room is enough and no conflict meets. */
export interface Problem {
  demands: readonly Demand[];
  rooms: readonly Room[];
}

/**
 * The options are what the filters leave on the node without anything of this stack: there is one source of truth.
 * @param empty the nodes without anything of this stack
 * @param stayers ids of those that may stay
 */
export function problemOf(
  requests: readonly Request[],
  empty: readonly Load[],
  judge: Judge,
  stayers: ReadonlySet<string>,
): Problem {
  return {
    demands: requests.map((request) => {
      const mayStay = stayers.has(request.instance.id);
      const ratings = empty.flatMap((load) => ratingsOn(load, request, judge, mayStay)).sort(byTie);
      return { request, mayStay, options: ratings.map((rating, rank) => optionOf(rating, mayStay, rank)) };
    }),
    rooms: empty.map((load) => ({
      node: load.node.name,
      ramBytes: Math.min(load.freeBytes, load.headroomFreeBytes),
      gpuMemoryBytes: load.gpuFreeBytes,
      slots: load.node.maxInstances - load.occupied,
    })),
  };
}

function ratingsOn(load: Load, request: Request, judge: Judge, mayStay: boolean): Rating[] {
  return modesOn(load, request, mayStay)
    .map((onGpu) => ({ request, load, takes: load.takesOf(request.instance, onGpu) }))
    .filter((offer) => !judge.refuse(offer))
    .map((offer) => judge.rate(offer));
}

/** With the GPU, without it, or as it comes. */
function modesOn({ node }: Load, { instance, was, wasOnGpu }: Request, mayStay: boolean) {
  // On a GPU that costs nothing there is no reason to stay off it.
  if (instance.gpu !== "preferred" || instance.gpuMemoryBytes === 0 || !node.gpu) return [undefined];
  // Whoever stays is not started anew for a GPU that has become free.
  return mayStay && was === node.name && wasOnGpu === false ? [false] : [true, false];
}

function optionOf({ offer, score }: Rating, mayStay: boolean, rank: number): Option {
  const node = offer.load.node.name;
  return { node, takes: offer.takes, stays: mayStay && offer.request.was === node, score, rank };
}
