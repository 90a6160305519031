import type { Topology } from "../topology/topology";
import { showGb } from "../topology/units";
import { type Conflicting, conflicting } from "./conflicting";
import { whole } from "./devices";
import type { Judge } from "./judge";
import type { Conflict } from "./plan";
import { portUse } from "./ports";
import type { Problem } from "./problem";
import { remedies } from "./remedies";
import type { Shortage } from "./shortage";
import type { Highs } from "./solver";

const notProven: Conflict = {
  proven: false,
  instances: [],
  text: "Not proven to be impossible: the search was given up before it found a full placement or the proof that none exists.",
  help: [],
};

/**
 * What stands against a problem that was searched in vain.
 * @param kind `impossible`: the search has proven that there is no full placement; `unknown`: it gave up
 */
export function conflictOf(
  topology: Topology,
  judge: Judge,
  problem: Problem,
  kind: "impossible" | "unknown",
  highs: Highs,
): Conflict {
  if (kind === "unknown") return notProven;
  const found = conflicting(problem, highs);
  const instances = found.demands.map(({ request }) => request.instance.id).sort();
  return {
    proven: true,
    claim: found.claim,
    instances,
    text: sentence(found, topology.scenario.allowMoves),
    help: remedies(topology, judge, instances, highs),
  };
}

function sentence({ demands, claim, shortage }: Conflicting, allowMoves: boolean): string {
  const ids = demands.map(({ request }) => request.instance.id).sort();
  const portless = demands.find(({ request: { instance, port } }) => portUse(instance) && !port);
  if (portless) return `Impossible, proven: no port is left for ${portless.request.instance.id}.`;
  const still = allowMoves ? "" : " while nothing that runs may move";
  if (ids.length === 1) return `Impossible, proven: no node can take ${ids[0]}, even alone${still}.`;
  const together = `Impossible, proven: ${listed(ids)} do not fit together${still}`;
  const why = shortage ? `: ${shortageText(shortage)}` : "";
  if (claim === "smallest") return `${together}; any fewer of them would.`;
  if (claim === "irreducible")
    return `${together}${why}. None of them can be left out; there may be a smaller set.`;
  return `${together}${why}. Perhaps fewer of them do not fit either.`;
}

function shortageText({ what, need, have, nodes }: Shortage): string {
  const where = nodes.length > 3 ? `the ${nodes.length} nodes they could run on` : nodes.join(", ");
  const has = nodes.length === 1 ? "has" : "have";
  if (what === "slots") return `they need ${need} slots, ${where} ${has} ${have}`;
  if (what === "places") return `they are so large that ${where} ${has} room for only ${have} of them`;
  if (what === "cores" || what === "GPUs")
    return `they need ${need / whole} ${what}, ${where} ${has} ${have / whole}`;
  return `they need ${showGb(need, Math.ceil)} of ${what}, ${where} ${has} ${showGb(have, Math.floor)}`;
}

const mostNamed = 12;

function listed(ids: readonly string[]): string {
  if (ids.length > mostNamed)
    return `${ids.slice(0, mostNamed).join(", ")} and ${ids.length - mostNamed} more`;
  return `${ids.slice(0, -1).join(", ")} and ${ids.at(-1)}`;
}
