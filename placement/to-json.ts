import type { Plan, Rejection } from "./plan";

/** The plan for machines, sizes in bytes. `version` changes when a field changes its meaning or goes. */
export function toJson(plan: Plan) {
  return {
    version: 1,
    scenario: plan.scenario,
    cluster: plan.cluster,
    placements: plan.placements.map(({ parts, others, rejections, ...placement }) => ({
      ...placement,
      parts: pointsByName(parts),
      others: others.map((other) => ({ ...other, parts: pointsByName(other.parts) })),
      reasons: rejections,
    })),
    unplaced: plan.unplaced.map(({ instance, rejections }): { instance: string; reasons: Rejection[] } => ({
      instance,
      reasons: rejections,
    })),
    nodes: plan.nodes,
  };
}

function pointsByName(parts: Plan["placements"][number]["parts"]): Record<string, number> {
  return Object.fromEntries(parts.map(({ name, points }) => [name, points]));
}
