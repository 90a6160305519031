import { existsSync } from "node:fs";
import { clearAway, leaveFolder } from "./gone/take-back";
import { type Tombstone, tombstones } from "./gone/tombstones";
import { type MachineOptions, machineOf } from "./node/machine";

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
  while (existsSync(machine.folder) && problem === undefined)
    problem =
      (await clearAway(machine, (one) => {
        done.push(one);
        if (!options.json) console.log(`${one.verb} ${one.what}: done`);
      })) ?? leaveFolder(machine.folder);
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
