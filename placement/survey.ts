import type { Held } from "../topology/observed";
import type { Topology } from "../topology/topology";
import { availabilityOf } from "./availability";
import { compare } from "./compare";
import type { Judge } from "./judge";
import { Load } from "./load";
import type { Rejection } from "./plan";
import { type Problem, problemOf } from "./problem";
import { type Request, requestsOf } from "./requests";

/** What there is to decide, before anything is. */
export interface Survey {
  requests: readonly Request[];
  /** Ids of those that ran before and may stay: nothing but want of room speaks against it. */
  stayers: ReadonlySet<string>;
  /** Those of them that fit together where they are, in the order of the requests. */
  holding: readonly Request[];
  /** Why each of the others that ran before is decided anew, by id. */
  forced: ReadonlyMap<string, string>;
  /** The nodes by name, with nothing of this stack on them, new at each call. */
  emptyLoads(): Load[];
  problem(): Problem;
}

export function surveyOf(topology: Topology, judge: Judge): Survey {
  const found = requestsOf(topology);
  const stayers = new Set<string>();
  const forced = new Map<string, string>();
  const empty = byName(emptyLoads());
  for (const request of found) {
    const { instance, was, anew } = request;
    if (was === undefined) continue;
    const load = empty.get(was);
    const refusal = load && judge.refuse({ request, load, takes: load.takesOf(instance) });
    const reason = load ? (refusal ? noLonger(refusal) : anew) : `${was} is no longer in the cluster`;
    if (reason) forced.set(instance.id, reason);
    else stayers.add(instance.id);
  }
  const requests = topology.scenario.allowMoves
    ? found
    : found.map((request) => ({
        ...request,
        ...(stayers.has(request.instance.id) && { heldTo: request.was! }),
      }));
  const loads = byName(emptyLoads());
  const holding = requests.filter((request) => {
    const { instance, was, wasOnGpu, wasGpuDevices } = request;
    if (!stayers.has(instance.id)) return false;
    const load = loads.get(was!)!;
    const takes = load.takesOf(instance, wasOnGpu, wasGpuDevices);
    if (judge.refuse({ request, load, takes })) return false;
    load.add(instance, takes);
    return true;
  });
  const problem = () => problemOf(requests, emptyLoads(), judge, stayers);
  return { requests, stayers, holding, forced, emptyLoads, problem };

  function emptyLoads(): Load[] {
    const { cluster, observed } = topology;
    const loads = cluster.nodes.map((node) => {
      const others = observed.others.filter((held) => held.node === node.name).sort(byHolder);
      const seen = observed.nodes[node.name];
      return new Load(node, availabilityOf(node, seen, cluster.failover.enabled), others, seen);
    });
    return loads.sort((a, b) => compare(a.node.name, b.node.name));
  }
}

function byHolder(a: Held, b: Held): number {
  return compare(a.stack, b.stack) || compare(a.instance, b.instance);
}

function noLonger({ token, node, text }: Rejection): string {
  if (token === "PinnedElsewhere") return text;
  if (token === "NodeGone") return `${node} is gone`;
  return token === "NodeNotHealthy" ? `${node}'s ${text}` : `it no longer fits ${node}: ${text}`;
}

function byName(loads: readonly Load[]): Map<string, Load> {
  return new Map(loads.map((load) => [load.node.name, load]));
}
