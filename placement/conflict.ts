import type { Topology } from "../topology/topology";
import type { Judge } from "./judge";
import type { Conflict } from "./plan";
import type { Problem } from "./problem";
import { remedies } from "./remedies";
import { smallestConflict } from "./smallest-conflict";
import type { Highs } from "./solver";

export const notProven: Conflict = {
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
  const smallest = smallestConflict(problem, highs);
  const demands = smallest ?? problem.demands;
  const instances = demands.map(({ request }) => request.instance.id).sort();
  return {
    proven: true,
    instances,
    text: sentence(instances, smallest !== undefined, topology.scenario.allowMoves),
    help: remedies(topology, judge, instances, highs),
  };
}

function sentence(ids: readonly string[], isSmallest: boolean, allowMoves: boolean): string {
  const still = allowMoves ? "" : " while nothing that runs may move";
  if (!isSmallest) return `Impossible, proven: not all ${ids.length} instances fit together${still}.`;
  if (ids.length === 1) return `Impossible, proven: no node can take ${ids[0]}, even alone${still}.`;
  const named = `${ids.slice(0, -1).join(", ")} and ${ids.at(-1)}`;
  return `Impossible, proven: ${named} do not fit together${still}; any fewer of them would.`;
}
