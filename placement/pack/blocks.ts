import type { Load } from "../load";

/**
 * What each node is worth that stays empty, in whole hundredths: 100 for any, up to 100 more by its room, and 100 more for
 * a GPU. 0 where other stacks are: it cannot be left empty.
 */
export function blocksOf(empty: readonly Load[]): number[] {
  const rooms = empty.map((load) => Math.max(0, Math.min(load.freeBytes, load.headroomFreeBytes)));
  const largest = Math.max(1, ...rooms);
  return empty.map(({ node, others }, index) =>
    others.length > 0 ? 0 : 100 + 100 * Number(node.gpu) + Math.round((100 * rooms[index]!) / largest),
  );
}
