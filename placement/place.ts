import type { Instance } from "../topology/instance";
import type { Topology } from "../topology/topology";
import { compare } from "./compare";
import { filters as allFilters } from "./filters";
import { Load } from "./load";
import type { Offer } from "./offer";
import type { Placement, Plan, Rejection, ScorePart, Unplaced } from "./plan";
import { byRank, candidateOf, type Rating } from "./rating";
import { requestsOf } from "./requests";
import { scores as allScores, type Score } from "./scores";

/**
 * Decides which node each instance gets, and keeps why. Never throws for what does not fit: that is `unplaced`.
 * One instance after the other takes the best node at its turn; the order in the files changes nothing.
 */
export async function place(
  { cluster, scenario }: Topology,
  filters = allFilters,
  scores = allScores,
): Promise<Plan> {
  const loads = cluster.nodes.map((node) => new Load(node)).sort((a, b) => compare(a.node.name, b.node.name));
  const ports = portsOf(scenario.instances, cluster.peerPorts.start);
  const partOf = scoreParts();
  const placements: Placement[] = [];
  const unplaced: Unplaced[] = [];

  for (const [index, request] of requestsOf(scenario).entries()) {
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
      stays: false,
      hints: "",
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
    method: "greedy",
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

function hundredths(points: number): number {
  return Math.round(points * 100) / 100;
}

function byInstance(a: { instance: string }, b: { instance: string }): number {
  return compare(a.instance, b.instance);
}
