// A small change of the list or of the cluster does not reshuffle what runs: as many stay as the solver proves can stay,
// and every move is reported with its reason.
import { describe, expect, it } from "vitest";
import { filters } from "../../placement/filters";
import { judgeBy } from "../../placement/judge";
import { place } from "../../placement/place";
import { PlacementProgram } from "../../placement/placement-program";
import { scores } from "../../placement/scores";
import { solver } from "../../placement/solver";
import { surveyOf } from "../../placement/survey";
import type { Topology } from "../../topology/topology";
import { planted } from "../support/planted";
import { aNode, anInstance, gb } from "../support/topology";

/** Eight nodes on which 28 instances run, with room for a node less. */
function running(seed: number): Topology {
  return planted({ seed, nodes: 8, instances: 28, fill: 0.8, slots: 8, gpus: true, running: 1 });
}

/** Of the 28, by seed: 27 where the one that grew has to go, or one is gone; of a lost node four go, and where need be one makes room. */
const staying: Record<string, number[]> = {
  "an instance is added": [28, 28, 28, 28, 28, 28],
  "an instance is gone": [27, 27, 27, 27, 27, 27],
  "an instance has grown": [27, 27, 27, 28, 28, 28],
  "a node is added": [28, 28, 28, 28, 28, 28],
  "a node is lost": [23, 24, 23, 23, 24, 24],
};

const changes: Record<string, (topology: Topology) => Topology> = {
  "an instance is added": (topology) =>
    withInstances(topology, (all) => [...all, anInstance({ id: "new", ramBytes: gb(6) })]),
  "an instance is gone": (topology) => withInstances(topology, (all) => all.slice(1)),
  "an instance has grown": (topology) =>
    withInstances(topology, ([first, ...others]) => [
      { ...first!, ramBytes: first!.ramBytes + gb(5) },
      ...others,
    ]),
  "a node is added": ({ cluster, ...rest }) => ({
    ...rest,
    cluster: { ...cluster, nodes: [...cluster.nodes, aNode({ name: "new", ramBytes: gb(64) })] },
  }),
  "a node is lost": ({ cluster, ...rest }) => ({
    ...rest,
    cluster: { ...cluster, nodes: cluster.nodes.filter(({ name }) => name !== "n1") },
  }),
};

function withInstances(
  { scenario, ...rest }: Topology,
  change: (all: Topology["scenario"]["instances"]) => Topology["scenario"]["instances"],
): Topology {
  return { ...rest, scenario: { ...scenario, instances: change(scenario.instances) } };
}

/** By a program of its own, from nothing: it knows nothing of what was found. */
async function mostThatCanStay(topology: Topology): Promise<number> {
  const program = PlacementProgram.ofAll(surveyOf(topology, judgeBy(filters, scores)).problem(), "nothing");
  const answer = program.maximize(program.staying, await solver());
  if (answer.kind !== "solution" || !answer.proven) throw new Error(`the program is ${answer.kind}`);
  return Math.round(answer.value);
}

describe.each(["balanced", "pack"] as const)("strategy %s", (strategy) => {
  it.each(Object.keys(changes))("%s: as many stay as can", async (change) => {
    const stayed: number[] = [];
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const changed = changes[change]!(running(seed));
      const topology = { ...changed, scenario: { ...changed.scenario, strategy } };
      const plan = await place(topology);
      expect(plan.unplaced).toEqual([]);
      const stay = plan.placements.filter(({ stays }) => stays).length;
      expect(stay).toBe(await mostThatCanStay(topology));
      const { previous } = topology.observed;
      const moved = plan.placements.filter(
        ({ instance, node }) => previous[instance] && previous[instance]!.node !== node,
      );
      expect(moved.map(({ was, why }) => [was !== undefined, why !== undefined])).toEqual(
        moved.map(() => [true, true]),
      );
      stayed.push(stay);
    }
    expect(stayed).toEqual(staying[change]);
  });
});
