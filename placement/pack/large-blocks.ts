import type { Load } from "../load";
import { blocksOf } from "./blocks";
import type { Goal } from "./goal";
import type { Inventory } from "./inventory";
import type { Packing } from "./packing";

// Each outweighs all that come after it, of up to a hundred instances on the machines that a round touches.
const placed = 1e11;
const stays = 1e9;
const keepsGpu = 1e7;
const onItsGpu = 1e5;
const emptyNode = 1e4;
const wish = 1;
const evenness = 0.1;

/** What may be given up at first: nodes that are empty, never a place, a stay or a GPU. */
export const warmth = 0.3 * emptyNode;

/**
 * For lists that fit: all placed, then the fewest moves, then the fewest who lose the GPU they have, then a GPU for those
 * who prefer one, then as many nodes left empty as can be, those with a GPU and the larger ones first, then what instances
 * wish; and of equals the one where the room that is left lies together.
 */
export function largeBlocks(
  packing: Packing,
  { members, kindsOf, kinds, onGpu, machines }: Inventory,
  empty: readonly Load[],
): Goal {
  const largest = Math.max(...machines.map(({ ramBytes }) => ramBytes));
  const size = members.map(([first]) => first!.instance.ramBytes + first!.instance.gpuMemoryBytes);
  const prefers = members.map(([first]) => first!.instance.gpu === "preferred");
  const preferredNode = members.map(([first]) => first!.instance.preferredNode);
  const home = kinds.map((kind) => kind.home?.machine ?? -1);
  const ownDevices = kinds.map((kind) => kind.home?.devices ?? 0);
  const wasOnGpu = members.map(([first]) => first!.wasOnGpu);
  const liked = members.map(
    ([first]) => new Set([...first!.affinity].flatMap((id) => kindsOf.get(id) ?? [])),
  );
  const blocks = blocksOf(empty).map((worth) => (emptyNode * worth) / 100);
  return {
    worth: (kind, machine, devices) =>
      placed +
      (home[kind] === machine ? stays + (isKept(kind, machine, devices) ? keepsGpu : 0) : 0) +
      (prefers[kind] && onGpu[kind]![machine] ? onItsGpu : 0) +
      (preferredNode[kind] === empty[machine]!.node.name ? 10 * wish : 0),
    order(machine) {
      const residents = packing.residents[machine]!;
      const share = packing.ramFree[machine]! / largest;
      const block = residents.length === 0 ? blocks[machine]! : 0;
      return block + togetherness(residents) + evenness * share * share;
    },
    // A node that is to stay empty must be emptied first.
    emptied: 0.5,
    thinned: (draw) => 0.3 + 0.6 * draw,
    urgency: (kind) => (3 * size[kind]!) / largest + Number(packing.kinds[kind]!.conflicts.length > 0),
    waste: (kind, machine) =>
      (home[kind] === machine ? -4 : packing.ramFree[machine]! / largest) -
      (prefers[kind] && onGpu[kind]![machine] ? 2 : 0),
  };

  /** Whether it is on the GPU that it has, where it is known which. */
  function isKept(kind: number, machine: number, devices: number | undefined): boolean {
    const own = ownDevices[kind]!;
    return wasOnGpu[kind] === true && onGpu[kind]![machine]! && (own === 0 || own === devices);
  }

  /** 10 points for each whom an instance likes and meets, 25 at most. */
  function togetherness(residents: readonly number[]): number {
    let points = 0;
    for (const resident of residents) {
      const likes = liked[packing.kindOf(resident)]!;
      if (likes.size === 0) continue;
      let met = 0;
      for (const other of residents) if (other !== resident && likes.has(packing.kindOf(other))) met++;
      points += Math.min(25, 10 * met);
    }
    return wish * points;
  }
}
