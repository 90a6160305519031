import type { Choice } from "./decide";
import type { Judge } from "./judge";
import type { Load } from "./load";
import type { Rejection } from "./plan";
import { portUse } from "./ports";
import { byRank, type Rating } from "./rating";
import type { Request } from "./requests";

/** What every node says to a request; lists and what is in them are shared by all to whom the same is said. */
export interface Appraisal {
  /** The nodes that fit, the best first. */
  ratings: readonly Rating[];
  /** The others, in the order of the loads. */
  rejections: Rejection[];
}

/** What the nodes say to all who ask for the same. */
interface Known {
  /** By node: at which number of residents it was asked. */
  askedAt: number[];
  verdicts: (Rating | Rejection)[];
  ratings: Rating[];
  rejections: Rejection[];
}

/**
 * Asks filters and scores, and remembers: a node is asked again by those who want the same only once it has changed. Of
 * what a filter or score reads of a request everything but its sizes may concern single nodes only: where those are that it
 * likes or must not meet, the node it prefers and the one it ran on. These are asked anew each time.
 */
export class Appraiser {
  private readonly known = new Map<string, Known>();
  private readonly placeOf = new Map<string, Load>();
  private readonly loadOf: ReadonlyMap<string, Load>;
  private readonly indexOf: ReadonlyMap<string, number>;

  constructor(
    private readonly loads: readonly Load[],
    private readonly judge: Judge,
  ) {
    this.loadOf = new Map(loads.map((load) => [load.node.name, load]));
    this.indexOf = new Map(loads.map(({ node }, index) => [node.name, index]));
  }

  appraise(request: Request, choice: Choice | undefined): Appraisal {
    const known = this.refreshed(anyone(request));
    const own = this.ownNodes(request, choice);
    if (own.size === 0) return known;
    const ratings = known.ratings.filter(({ offer }) => !own.has(offer.load));
    const rejections = known.rejections.filter(({ node }) => !own.has(this.loadOf.get(node)!));
    for (const load of own) {
      const isChosen = choice?.node === load.node.name;
      const verdict = this.ask(request, load, isChosen ? choice : undefined);
      if (isRating(verdict)) insert(ratings, verdict, byRank);
      else insert(rejections, verdict, (a, b) => this.indexOf.get(a.node)! - this.indexOf.get(b.node)!);
    }
    return { ratings, rejections };
  }

  /** Must be told of everyone who is added to a load. */
  placed({ instance }: Request, load: Load): void {
    this.placeOf.set(instance.id, load);
  }

  /** The nodes that concern this request in particular. */
  private ownNodes({ instance, conflicts, affinity, was }: Request, choice: Choice | undefined): Set<Load> {
    const own = new Set<Load>();
    const add = (load: Load | undefined) => load && own.add(load);
    for (const ids of [conflicts, affinity]) for (const id of ids) add(this.placeOf.get(id));
    for (const node of [instance.preferredNode, was, choice?.node])
      if (node !== undefined) add(this.loadOf.get(node));
    return own;
  }

  private refreshed(request: Request): Known {
    const key = keyOf(request);
    let known = this.known.get(key);
    if (!known) {
      known = { askedAt: [], verdicts: [], ratings: [], rejections: [] };
      this.known.set(key, known);
    }
    const { askedAt, verdicts } = known;
    const changed = new Set<Rating | Rejection>();
    const anew: Rating[] = [];
    for (let index = 0; index < this.loads.length; index++) {
      const load = this.loads[index]!;
      if (askedAt[index] === load.residents.length) continue;
      if (verdicts[index]) changed.add(verdicts[index]!);
      const verdict = this.ask(request, load, undefined);
      askedAt[index] = load.residents.length;
      verdicts[index] = verdict;
      changed.add(verdict);
      if (isRating(verdict)) anew.push(verdict);
    }
    if (changed.size === 0) return known;
    // New lists: the old ones belong to whom they were given.
    known.ratings = known.ratings.filter((rating) => !changed.has(rating));
    if (anew.length > 20) known.ratings = [...known.ratings, ...anew].sort(byRank);
    else for (const rating of anew) insert(known.ratings, rating, byRank);
    known.rejections = verdicts.filter((verdict): verdict is Rejection => !isRating(verdict));
    return known;
  }

  private ask(request: Request, load: Load, choice: Choice | undefined): Rating | Rejection {
    const had = request.was === load.node.name ? request.wasGpuDevices : undefined;
    const takes = load.takesOf(request.instance, choice?.onGpu, choice?.gpuDevices ?? had);
    const offer = { request, load, takes };
    return this.judge.refuse(offer) ?? this.judge.rate(offer);
  }
}

/** The request without what concerns single nodes. */
function anyone({ instance, ...request }: Request): Request {
  const { preferredNode: _, ...wanted } = instance;
  return { ...request, instance: wanted, conflicts: new Set(), affinity: new Set(), was: undefined };
}

function keyOf({ instance, pinnedTo, heldTo, port }: Request): string {
  const { ramBytes, cpuCores, gpu, gpus, gpuModel, gpuMemoryBytes, slots } = instance;
  const sizes = [ramBytes, cpuCores, gpu, gpus, gpuModel, gpuMemoryBytes, slots];
  const portless = port === undefined && portUse(instance);
  // A reason names the cluster that is bound.
  const bound = instance.boundTo && [instance.boundTo, instance.ray?.cluster ?? instance.id];
  return JSON.stringify([sizes, instance.launcher, bound, pinnedTo, heldTo, portless]);
}

function isRating(verdict: Rating | Rejection): verdict is Rating {
  return "score" in verdict;
}

/** Puts the item into a sorted list. */
function insert<Item>(list: Item[], item: Item, order: (a: Item, b: Item) => number): void {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(list[middle]!, item) <= 0) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, item);
}
