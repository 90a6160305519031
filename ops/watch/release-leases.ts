import { setTimeout as sleep } from "node:timers/promises";
import type { WatchedNode } from "./watched-node";

/**
 * Takes the leases of an ended watch away from all nodes that answer, and returns their names. One that takes its time holds up no
 * other.
 * @param longest how long to wait for the slowest, in milliseconds
 */
export async function releaseLeases(
  nodes: readonly Pick<WatchedNode, "name" | "isAsked" | "answers" | "isLeased" | "lease" | "release">[],
  owner: string,
  longest: number,
): Promise<string[]> {
  const released: string[] = [];
  for (const { lease } of nodes) lease.end();
  const all = nodes.map(async (node) => {
    // A renewal under way would come after the end of the lease.
    while (node.isAsked && node.answers) await sleep(50);
    if (!node.isLeased || !node.answers) return;
    if ((await node.release(owner)) === undefined) released.push(node.name);
  });
  await Promise.race([Promise.all(all), sleep(longest)]);
  return released;
}
