import type { Instance } from "../topology/instance";
import type { Topology } from "../topology/topology";
import { filters as allFilters } from "./filters";
import { Load } from "./load";
import type { Offer, Request } from "./offer";
import type { Candidate, Placement, Plan, Rejection, ScorePart, Unplaced } from "./plan";
import { scores as allScores, type Score } from "./scores";

/**
 * Decides which node each instance gets, and keeps why. Never throws for what does not fit: that is `unplaced`.
 *
 * Instances with a manual placement go first, so that no other takes their room; then those that require a GPU, those
 * that prefer one, the rest; within these the larger first. Neither they nor the nodes depend on the order in the files.
 */
export function place({ cluster, scenario }: Topology, filters = allFilters, scores = allScores): Plan {
  const loads = cluster.nodes.map((node) => new Load(node)).sort((a, b) => compare(a.node.name, b.node.name));
  const ports = portsOf(scenario.instances, cluster.peerPorts.start);
  const partOf = scoreParts();
  const placements: Placement[] = [];
  const unplaced: Unplaced[] = [];

  for (const [index, request] of requestsOf(scenario.instances, scenario.placement).entries()) {
    const turn = index + 1;
    const { instance } = request;
    const rejections: Rejection[] = [];
    const ratings: Rating[] = [];
    for (const load of loads) {
      const offer: Offer = { request, load, takes: load.takesOf(instance) };
      const rejection = refuse(offer);
      if (rejection) rejections.push(rejection);
      else ratings.push(rate(offer));
    }
    const [best, ...others] = ratings.sort(byRank);
    if (!best) {
      unplaced.push({ instance: instance.id, turn, rejections });
      continue;
    }
    const { load, takes } = best.offer;
    load.add(instance, takes);
    const port = ports.get(instance.id);
    placements.push({
      instance: instance.id,
      turn,
      node: load.node.name,
      score: best.score,
      parts: best.parts,
      manual: request.pinnedTo !== undefined,
      ...(port !== undefined && { port }),
      takes: { ramBytes: takes.ramBytes, gpuMemoryBytes: takes.gpuMemoryBytes },
      onGpu: takes.onGpu,
      others: others.map((other) => candidateOf(other, best)),
      rejections,
    });
  }
  return {
    scenario: scenario.name,
    cluster: cluster.name,
    placements: placements.sort(byInstance),
    unplaced: unplaced.sort(byInstance),
    nodes: loads.map((load) => load.summary()),
  };

  function refuse(offer: Offer): Rejection | undefined {
    let full: Rejection | undefined;
    for (const { token, refuse } of filters) {
      const refusal = refuse(offer);
      if (!refusal) continue;
      const rejection = { node: offer.load.node.name, token, ...refusal };
      if (refusal.kind === "rule") return rejection;
      full ??= rejection;
    }
    return full;
  }

  function rate(offer: Offer): Rating {
    // Hundredths, so that a tie is a tie whatever the order of the sum.
    const parts = scores.map((score) => partOf(score, hundredths(score.rate(offer))));
    return { offer, parts, score: hundredths(parts.reduce((sum, { points }) => sum + points, 0)) };
  }
}

interface Rating extends Pick<Candidate, "score" | "parts"> {
  offer: Offer;
}

/** What decides between equal scores, in this order. Negative: `a` is better. */
const tieBreaks: { name: NonNullable<Candidate["tie"]>; compare(a: Rating, b: Rating): number }[] = [
  { name: "preferred node", compare: (a, b) => pointsOf(b, "preferred") - pointsOf(a, "preferred") },
  { name: "GPU part", compare: (a, b) => pointsOf(b, "gpu") - pointsOf(a, "gpu") },
  { name: "smaller node", compare: (a, b) => a.offer.load.node.ramBytes - b.offer.load.node.ramBytes },
  { name: "name", compare: (a, b) => compare(a.offer.load.node.name, b.offer.load.node.name) },
];

function byRank(a: Rating, b: Rating): number {
  return b.score - a.score || (tieBreaks.find((tie) => tie.compare(a, b) !== 0)?.compare(a, b) ?? 0);
}

function candidateOf(rating: Rating, best: Rating): Candidate {
  const tie = rating.score === best.score && tieBreaks.find((tie) => tie.compare(best, rating) !== 0);
  const { score, parts, offer } = rating;
  return { node: offer.load.node.name, score, parts, ...(tie && { tie: tie.name }) };
}

function requestsOf(instances: readonly Instance[], pins: Readonly<Record<string, string>>): Request[] {
  const conflicts = new Map(instances.map(({ id, antiAffinity }) => [id, new Set(antiAffinity)]));
  for (const { id, antiAffinity } of instances)
    for (const other of antiAffinity) conflicts.get(other)?.add(id);
  return [...instances].sort(byUrgency).map((instance) => ({
    instance,
    pinnedTo: pinOf(instance),
    conflicts: conflicts.get(instance.id)!,
    affinity: new Set(instance.affinity),
  }));

  function pinOf({ id }: Instance): string | undefined {
    return Object.hasOwn(pins, id) ? pins[id] : undefined;
  }

  function byUrgency(a: Instance, b: Instance): number {
    return (
      Number(pinOf(a) === undefined) - Number(pinOf(b) === undefined) ||
      gpuOrder[a.gpu] - gpuOrder[b.gpu] ||
      b.ramBytes + b.gpuMemoryBytes - (a.ramBytes + a.gpuMemoryBytes) ||
      compare(a.id, b.id)
    );
  }
}

const gpuOrder = { required: 0, preferred: 1, none: 2 };

/** By id, whether placed or not: what does not fit shifts nobody's port. The loader has seen that the range is wide enough. */
function portsOf(instances: readonly Instance[], start: number): Map<string, number> {
  const ids = instances.filter(({ network }) => network === "peers").map(({ id }) => id);
  return new Map(ids.sort(compare).map((id, index) => [id, start + index]));
}

/** Equal parts are one object: a large plan holds half a million of them. */
function scoreParts(): (score: Score, points: number) => ScorePart {
  const known = new Map<string, Map<number, ScorePart>>();
  return ({ name, max }, points) => {
    const ofName = known.get(name) ?? known.set(name, new Map()).get(name)!;
    return ofName.get(points) ?? ofName.set(points, { name, points, max }).get(points)!;
  };
}

function pointsOf({ parts }: Rating, wanted: string): number {
  return parts.find(({ name }) => name === wanted)?.points ?? 0;
}

function hundredths(points: number): number {
  return Math.round(points * 100) / 100;
}

function byInstance(a: { instance: string }, b: { instance: string }): number {
  return compare(a.instance, b.instance);
}

// Not localeCompare: the order must be the same on every machine.
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
