import type { Topology } from "../topology/topology";
import { availabilityOf } from "./availability";
import { compare } from "./compare";
import { type Choice, decide } from "./decide";
import { filters as allFilters } from "./filters";
import { judgeBy } from "./judge";
import { Load } from "./load";
import { withMoves } from "./moves";
import type { Plan } from "./plan";
import { requestsOf } from "./requests";
import { scores as allScores } from "./scores";
import { stayersOf } from "./stayers";

/**
 * Decides which node each instance gets, and keeps why. Never throws for what does not fit: that is `unplaced`.
 * What runs stays; then one instance after the other takes the best node at its turn. The order in the files changes
 * nothing.
 */
export async function place(topology: Topology, filters = allFilters, scores = allScores): Promise<Plan> {
  const { cluster, scenario, observed } = topology;
  const judge = judgeBy(filters, scores);
  const requests = requestsOf(topology);
  const { holding, forced } = stayersOf(requests, () => emptyLoads(topology), judge);
  const loads = emptyLoads(topology);
  const order = [...holding, ...requests.filter((request) => !holding.includes(request))];
  const choices = new Map(
    holding.map(({ instance, was }): [string, Choice] => [instance.id, { node: was! }]),
  );
  const { placements, unplaced } = decide(order, loads, judge, choices);
  return {
    scenario: scenario.name,
    cluster: cluster.name,
    placements: withMoves(placements, requests, forced).sort(byInstance),
    unplaced: unplaced.sort(byInstance),
    nodes: loads.map((load) => load.summary()),
    method: "greedy",
    ...(observed.facts && { factsAgeSeconds: observed.facts.ageSeconds }),
  };
}

/** The nodes by name, with nothing of this stack on them. */
function emptyLoads({ cluster, observed }: Topology): Load[] {
  return cluster.nodes
    .map((node) => {
      const availability = availabilityOf(node, observed.nodes[node.name], cluster.failover.enabled);
      return new Load(
        node,
        availability,
        observed.others.filter((held) => held.node === node.name),
      );
    })
    .sort((a, b) => compare(a.node.name, b.node.name));
}

function byInstance(a: { instance: string }, b: { instance: string }): number {
  return compare(a.instance, b.instance);
}
