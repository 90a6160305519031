import { existsSync, rmdirSync, rmSync } from "node:fs";
import { reachEnvironment } from "../components/reach";
import { type Machine, type MachineOptions, machineOf } from "./machine";
import { runOnNodeWith } from "./run-on-node";
import { clearUnfinished, type Tombstone, tombstones } from "./tombstones";

export interface BackOptions extends MachineOptions {
  json?: boolean;
}

/**
 * Takes a machine that was given up back: does what was kept for it, in order, and forgets each when it is done. Killed in the
 * middle it goes on with the next run, for every verb is an *ensure*. Returns the exit status: 0 it is back, 1 it does not answer
 * or refuses. Throws ConfigError.
 */
export async function back(node: string, stack: string | undefined, options: BackOptions): Promise<number> {
  const machine = machineOf(node, stack, options);
  const was = existsSync(machine.folder);
  const done: Tombstone[] = [];
  let problem: string | undefined;
  while (existsSync(machine.folder) && problem === undefined) {
    const [next] = tombstones(machine.folder);
    if (next === undefined) problem = leave(machine.folder);
    else {
      problem = await doneOver(machine, next);
      if (problem === undefined) {
        rmSync(next.folder, { recursive: true });
        done.push(next);
        if (!options.json) console.log(`${next.verb} ${next.what}: done`);
      }
    }
  }
  const left = tombstones(machine.folder);
  const short = ({ verb, what }: Tombstone) => ({ verb, what });
  if (options.json)
    console.log(
      JSON.stringify(
        { node, back: problem === undefined, was, done: done.map(short), left: left.map(short), problem },
        null,
        2,
      ),
    );
  else if (problem === undefined)
    console.log(
      was ? `${node} is back. For the next preview:  ./berth health STACK` : `${node} was not given up`,
    );
  else {
    console.error(problem);
    console.error(`${node} is not back: ${left.length} kept for it; type the same again`);
  }
  return problem === undefined ? 0 : 1;
}

/** With the connection of today where the cluster file knows one: the machine may have come back with another address. */
async function doneOver({ name, stack, reach }: Machine, { verb, input, environment }: Tombstone) {
  const seconds = Number(environment.BERTH_SECONDS);
  const own = { ...environment, BERTH_NODE: name, BERTH_STACK: stack, BERTH_GONE: "" };
  const given = reach ? reachEnvironment(reach(), seconds) : own;
  const { status, stderr } = await runOnNodeWith(given, verb, input);
  return status === 0 ? undefined : stderr.trim() || `${verb} ended with ${status}`;
}

/** Unless something was kept meanwhile: then it stays for the next round. Returns what prevents it. */
function leave(folder: string): string | undefined {
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
