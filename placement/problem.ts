import { costsNoGpu, type Devices } from "./devices";
import type { Judge } from "./judge";
import type { Load, Takes } from "./load";
import { byTie, type Rating } from "./rating";
import type { Request } from "./requests";

/** One way to place one instance: a node, and for those that prefer a GPU whether they run on it. */
export interface Option {
  node: string;
  takes: Takes;
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
  /** Of all GPUs together, as is their share: all that adding up looks at. A plan looks at each of `devices`. */
  gpuMemoryBytes: number;
  gpuMilli: number;
  devices: Devices;
  /** May be without limit. */
  cpuMilli: number;
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
  // Beside those who have a GPU whole there may be none that costs nothing.
  const isFree = !requests.some(({ instance }) => instance.gpus > 0);
  return {
    demands: requests.map((request) => {
      const mayStay = stayers.has(request.instance.id);
      const ratings = empty.flatMap((load) => ratingsOn(load, request, judge, mayStay, isFree)).sort(byTie);
      return { request, mayStay, options: ratings.map((rating, rank) => optionOf(rating, mayStay, rank)) };
    }),
    rooms: empty.map((load) => ({
      node: load.node.name,
      ramBytes: Math.min(load.freeBytes, load.headroomFreeBytes),
      gpuMemoryBytes: load.devices.bytes.reduce((sum, bytes) => sum + Math.max(0, bytes), 0),
      gpuMilli: load.devices.milli.reduce((sum, milli) => sum + Math.max(0, milli), 0),
      devices: load.devices,
      cpuMilli: load.cpuFreeMilli,
      slots: load.node.maxInstances - load.occupied,
    })),
  };
}

function ratingsOn(load: Load, request: Request, judge: Judge, mayStay: boolean, isFree: boolean): Rating[] {
  return modesOn(load, request, mayStay, isFree)
    .map((onGpu) => ({ request, load, takes: load.takesOf(request.instance, onGpu) }))
    .filter((offer) => !judge.refuse(offer))
    .map((offer) => judge.rate(offer));
}

/** With the GPU, without it, or as it comes. */
function modesOn({ node }: Load, { instance, was, wasOnGpu }: Request, mayStay: boolean, isFree: boolean) {
  // On a GPU that costs nothing there is no reason to stay off it.
  if (instance.gpu !== "preferred" || (isFree && costsNoGpu(instance)) || !node.gpu) return [undefined];
  // Whoever stays is not started anew for a GPU that has become free.
  return mayStay && was === node.name && wasOnGpu === false ? [false] : [true, false];
}

function optionOf({ offer, score }: Rating, mayStay: boolean, rank: number): Option {
  const node = offer.load.node.name;
  return { node, takes: offer.takes, stays: mayStay && offer.request.was === node, score, rank };
}
