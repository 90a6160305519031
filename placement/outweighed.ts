import { Arrangement } from "./arrangement";
import type { Decided } from "./decide";
import { kindsOf } from "./kinds";
import { PlacementProgram, terms } from "./placement-program";
import type { Placement, Rejection } from "./plan";
import type { Problem } from "./problem";
import { rearrange } from "./rearrange";
import { mostWhole } from "./sizes";
import type { Highs } from "./solver";

/** Counts, as everywhere: tries by rearranging in all and for one node, and proofs by the solver. */
const mostLooks = 5e6;
const looksEach = 5e4;
const mostProofs = 20;
const effort = { branches: 200, work: 4e5 };

/**
 * Says of each node that would have been better for an instance at its turn, had it been alone, what would have become of
 * the others: each is tried, with all earlier decisions kept.
 */
export function outweighed(decided: Decided, problem: Problem, highs: Highs): Decided {
  const kinds = kindsOf(problem, "nothing");
  const picks = kinds.reduce((sum, { options }) => sum + options.length, 0);
  const arrangement = new Arrangement(problem, kinds);
  const final = new Map(decided.placements.map(({ instance, node, onGpu }) => [instance, { node, onGpu }]));
  const earlier = new Set<string>();
  let looks = mostLooks;
  let proofs = mostProofs;
  const placements = decided.placements.map((placement) => {
    const judged = placement.stays ? placement : judge(placement);
    earlier.add(placement.instance);
    return judged;
  });
  return { ...decided, placements };

  function judge(placement: Placement): Placement {
    const rejections: Rejection[] = [...placement.rejections];
    const others = placement.others.flatMap((other) => {
      if (other.score < placement.score || other.decidedBy) return [other];
      const left = leftBy(placement.instance, other.node);
      if (left === "unknown") return [{ ...other, decidedBy: "made room" as const }];
      if (left.length === 0) return [{ ...other, decidedBy: "all together" as const }];
      const text = `would leave ${left.join(", ")} without a place`;
      rejections.push({ node: other.node, token: "NeededByOthers", kind: "full", text });
      return [];
    });
    return { ...placement, others, rejections: rejections.sort((a, b) => (a.node < b.node ? -1 : 1)) };
  }

  /** Who provably has no place when the instance is on the node. */
  function leftBy(instance: string, node: string): string[] | "unknown" {
    if (looks > 0 && fits(instance, node)) return [];
    if (picks > mostWhole || proofs-- <= 0) return "unknown";
    const program = new PlacementProgram(kinds, problem.rooms);
    const kept = new Map([...final].filter(([id]) => earlier.has(id)));
    for (const [variable, count] of program.valuesOf(kept).entries())
      if (count > 0) program.row([[1, variable]], ">=", count);
    const kind = kinds.find(({ demands }) =>
      demands.some(({ request }) => request.instance.id === instance),
    )!;
    const before = kind.demands.filter(
      ({ request }) => final.get(request.instance.id)?.node === node && earlier.has(request.instance.id),
    );
    program.row(
      terms(program.of(kind).filter(({ option }) => option.node === node)),
      ">=",
      before.length + 1,
    );
    const most = program.maximize(terms(program.picks), highs, effort);
    if (most.kind !== "solution" || !most.proven) return "unknown";
    const placed = program.choices(most.values);
    if (program.sumsUpGpus && placed.size === problem.demands.length) return "unknown";
    return problem.demands.flatMap(({ request: { instance } }) =>
      placed.has(instance.id) ? [] : [instance.id],
    );
  }

  /** Whether the others are found a place. */
  function fits(instance: string, node: string): boolean {
    const own = problem.demands.findIndex(({ request }) => request.instance.id === instance);
    const room = problem.rooms.findIndex((one) => one.node === node);
    arrangement.take(final);
    arrangement.remove(own);
    const isLater = (demand: number) => !earlier.has(problem.demands[demand]!.request.instance.id);
    for (const resident of arrangement.residents[room]!.filter(isLater)) arrangement.remove(resident);
    const mode = arrangement.modeIn(own, room);
    if (mode < 0) return false;
    arrangement.put(own, room, mode);
    const mayMove = (demand: number) => demand !== own && isLater(demand);
    looks -= rearrange(arrangement, Math.min(looks, looksEach), ({ missing }) => missing === 0, mayMove);
    return arrangement.cost.missing === 0;
  }
}
