import type { Choice, Decided } from "./decide";
import { PlacementProgram, terms } from "./placement-program";
import type { Placement, Rejection } from "./plan";
import type { Problem } from "./problem";
import type { Highs } from "./solver";

/**
 * Says of each node that would have been better for an instance at its turn, had it been alone, what would have become of
 * the others: each is tried, with all earlier decisions kept.
 */
export function outweighed(decided: Decided, problem: Problem, highs: Highs): Decided {
  const earlier = new Map<string, Choice>();
  const stays = decided.placements.filter(({ stays }) => stays).map(({ instance }) => instance);
  const placements = decided.placements.map((placement) => {
    const judged = placement.stays ? placement : judge(placement);
    earlier.set(placement.instance, { node: placement.node, onGpu: placement.onGpu });
    return judged;
  });
  return { ...decided, placements };

  function judge(placement: Placement): Placement {
    const rejections: Rejection[] = [...placement.rejections];
    const others = placement.others.flatMap((other) => {
      if (other.score < placement.score || other.decidedBy) return [other];
      const text = consequence(placement.instance, other.node);
      if (text === undefined) return [{ ...other, decidedBy: "all together" as const }];
      rejections.push({ node: other.node, token: "NeededByOthers", kind: "full", text });
      return [];
    });
    return { ...placement, others, rejections: rejections.sort((a, b) => (a.node < b.node ? -1 : 1)) };
  }

  function consequence(instance: string, node: string): string | undefined {
    const all = problem.demands.map(({ request }) => request.instance.id);
    const program = fixed(instance, node);
    const most = program.maximize(terms(program.picks), highs);
    if (most.kind !== "solution") return undefined;
    const placed = program.choices(most.values);
    const left = all.filter((id) => !placed.has(id));
    if (left.length > 0) return `would leave ${left.join(", ")} without a place`;
    const staying = terms(program.picks.filter(({ option }) => option.stays));
    for (const demand of problem.demands) program.require(demand);
    const fewest = program.maximize(staying, highs);
    if (fewest.kind !== "solution") return undefined;
    const kept = program.choices(fewest.values);
    const before = new Map(problem.demands.map(({ request }) => [request.instance.id, request.was]));
    const moved = stays.filter((id) => kept.get(id)?.node !== before.get(id));
    return moved.length > 0 ? `would make ${moved.join(", ")} move` : undefined;
  }

  function fixed(instance: string, node: string): PlacementProgram {
    const program = new PlacementProgram(problem);
    for (const { demand, option, variable } of program.picks) {
      const { id } = demand.request.instance;
      const choice = earlier.get(id);
      const isOut = choice
        ? choice.node !== option.node || choice.onGpu !== option.takes.onGpu
        : id === instance && option.node !== node;
      if (isOut) program.row([[1, variable]], "<=", 0);
    }
    for (const demand of problem.demands) {
      const { id } = demand.request.instance;
      if (earlier.has(id) || id === instance) program.require(demand);
    }
    return program;
  }
}
