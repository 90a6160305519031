import { dump } from "js-yaml";
import { place } from "../../placement/place";
import type { PlanJson } from "../../placement/plan-json";
import { toJson } from "../../placement/to-json";
import type { Topology } from "../../topology/topology";

/** What instances in other places would mean. */
export interface WhatIf {
  readonly plan: PlanJson;
  /** What to put into the scenario file for it. */
  readonly yaml: string;
  /** Others that would be elsewhere then. */
  readonly moves: readonly { readonly instance: string; readonly from: string; readonly to: string }[];
}

/**
 * Plans anew with these instances on these nodes, as a scenario's `placement:` would have it.
 * @param byHand node by instance; both are names that the topology knows
 */
export async function whatIf(topology: Topology, byHand: Readonly<Record<string, string>>): Promise<WhatIf> {
  const { scenario } = topology;
  const placement = { ...scenario.placement, ...byHand };
  const [before, after] = [
    await place(topology),
    await place({ ...topology, scenario: { ...scenario, placement } }),
  ];
  const places = new Map(before.placements.map(({ instance, node }) => [instance, node]));
  return {
    plan: toJson(after),
    yaml: dump({ placement }),
    moves: after.placements.flatMap(({ instance, node: to }) => {
      const from = places.get(instance);
      return from === undefined || from === to || instance in byHand ? [] : [{ instance, from, to }];
    }),
  };
}
