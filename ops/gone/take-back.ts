import { rmdirSync, rmSync } from "node:fs";
import { reachEnvironment } from "../../components/reach";
import type { Machine } from "../node/machine";
import { runOnNodeWith } from "../node/run-on-node";
import { clearUnfinished, type Tombstone, tombstones } from "./tombstones";

/**
 * Does what was kept for a machine that was given up, in order, and forgets each when it is done; it stays given up. Returns what
 * prevented the rest, if anything did.
 */
export async function clearAway(
  machine: Machine,
  said: (done: Tombstone) => void,
): Promise<string | undefined> {
  for (let [next] = tombstones(machine.folder); next; [next] = tombstones(machine.folder)) {
    const problem = await doneOver(machine, next);
    if (problem !== undefined) return problem;
    rmSync(next.folder, { recursive: true });
    said(next);
  }
  return undefined;
}

/** With the connection of today where the cluster file knows one: the machine may have come back with another address. */
async function doneOver({ name, stack, reach }: Machine, { verb, input, environment }: Tombstone) {
  const seconds = Number(environment.BERTH_SECONDS);
  const own = { ...environment, BERTH_NODE: name, BERTH_STACK: stack, BERTH_GONE: "" };
  const given = reach ? reachEnvironment(reach(), seconds) : own;
  const { status, stderr } = await runOnNodeWith(given, verb, input);
  return status === 0 ? undefined : stderr.trim() || `${verb} ended with ${status}`;
}

/** It is given up no more, unless something was kept meanwhile: then it stays for the next round. Returns what prevents it. */
export function leaveFolder(folder: string): string | undefined {
  clearUnfinished(folder);
  try {
    rmdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw error;
    if (tombstones(folder).length === 0)
      return `berth: in ${folder} is something that is not Berth's; remove it, then type the same again`;
  }
  return undefined;
}
