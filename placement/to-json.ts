import type { Plan, ScorePart } from "./plan";

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
    unplaced: plan.unplaced.map(({ rejections, ...unplaced }) => ({ ...unplaced, reasons: rejections })),
    nodes: plan.nodes,
    method: plan.method,
    ...(plan.conflict && { conflict: plan.conflict }),
    ...(plan.factsAgeSeconds !== undefined && { factsAgeSeconds: plan.factsAgeSeconds }),
  };
}

function pointsByName(parts: readonly ScorePart[]): Record<string, number> {
  return Object.fromEntries(parts.map(({ name, points }) => [name, points]));
}
