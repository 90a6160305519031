import type { Plan, ScorePart } from "./plan";
import type { PlanJson } from "./plan-json";

/** The plan for machines, sizes in bytes; `placement/plan-json.ts` says what each field means. */
export function toJson(plan: Plan): PlanJson {
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
    ...(plan.gap && { gap: plan.gap }),
    ...(plan.packingGap && { packingGap: plan.packingGap }),
    ...(plan.conflict && { conflict: plan.conflict }),
    ...(plan.factsAgeSeconds !== undefined && { factsAgeSeconds: plan.factsAgeSeconds }),
  };
}

type Parts = PlanJson["placements"][number]["parts"];

function pointsByName(parts: readonly ScorePart[]): Parts {
  return Object.fromEntries(parts.map(({ name, points }) => [name, points])) as Parts;
}
