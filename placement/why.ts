import type { Topology } from "../topology/topology";
import { compare } from "./compare";
import { filters } from "./filters";
import { place } from "./place";
import type { Candidate, Conflict, Placement, Plan, Rejection } from "./plan";

/** Why an instance is or is not on a node, and what would have to change. */
export interface Why {
  instance: string;
  node: string;
  /** Where the plan puts it; undefined: nowhere. */
  placement?: Placement;
  /** The node would also have worked. */
  candidate?: Candidate;
  /** The node refuses: every reason, in the order of precedence. Empty where it is placed there or would fit. */
  rejections: Rejection[];
  /** Placed there by hand all have a place: the others that move then, by id. Undefined: it is there, or not all fit. */
  byHand?: Move[];
  /** What stands against it even when it is placed there by hand, and what would help. */
  conflict?: Conflict;
}

export interface Move {
  instance: string;
  from: string;
  to: string;
}

/**
 * Explains one instance and one node from the plan, and what would bring it there by planning again with the instance placed
 * there by hand: whatever this says, the plan would do. Both must be names that the topology knows.
 */
export async function why(topology: Topology, instance: string, node: string): Promise<Why> {
  const plan = await place(topology);
  const placement = plan.placements.find((one) => one.instance === instance);
  if (placement?.node === node) return { instance, node, placement, rejections: [] };
  const candidate = placement?.others.find((one) => one.node === node);
  const first = refusal(plan, instance, node);
  const there = await place(placedByHand(topology, instance, node));
  return {
    instance,
    node,
    ...(placement && { placement }),
    ...(candidate && { candidate }),
    rejections: first ? [first, ...(await furtherReasons(topology, instance, first))] : [],
    ...(there.unplaced.length === 0 && { byHand: moves(plan, there, instance) }),
    ...(there.conflict && { conflict: withoutTakingBack(there.conflict, instance) }),
  };
}

function refusal({ placements, unplaced }: Plan, id: string, node: string): Rejection | undefined {
  const decided = [...placements, ...unplaced].find(({ instance }) => instance === id);
  return decided?.rejections.find((one) => one.node === node);
}

/** What the node would say next if the first reason, then the second … did not count. */
async function furtherReasons(topology: Topology, id: string, first: Rejection): Promise<Rejection[]> {
  const pinned = placedByHand(topology, id, first.node);
  const reasons = [first];
  for (;;) {
    const said = reasons.map(({ token }) => token);
    // Without that one it would go elsewhere.
    const left = filters.filter(({ token }) => token === "PinnedElsewhere" || !said.includes(token));
    const next = refusal(await place(pinned, left), id, first.node);
    if (!next || said.includes(next.token)) return reasons.slice(1);
    reasons.push(next);
  }
}

function placedByHand(topology: Topology, id: string, node: string): Topology {
  const { scenario } = topology;
  return { ...topology, scenario: { ...scenario, placement: { ...scenario.placement, [id]: node } } };
}

function moves(before: Plan, after: Plan, but: string): Move[] {
  const places = new Map(before.placements.map(({ instance, node }) => [instance, node]));
  return after.placements
    .flatMap(({ instance, node: to }) => {
      const from = places.get(instance);
      return instance === but || from === undefined || from === to ? [] : [{ instance, from, to }];
    })
    .sort((a, b) => compare(a.instance, b.instance));
}

/** That it would fit elsewhere is no help to who wants it there. */
function withoutTakingBack(conflict: Conflict, id: string): Conflict {
  const help = conflict.help.filter((text) => !text.startsWith(`without ${id}'s place by hand on`));
  return { ...conflict, help };
}
