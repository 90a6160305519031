import { existsSync, mkdirSync } from "node:fs";
import { tombstones } from "./gone/tombstones";
import { type Machine, type MachineOptions, machineOf } from "./node/machine";
import { runOnNode } from "./node/run-on-node";

export interface GoneOptions extends MachineOptions {
  json?: boolean;
}

/**
 * Gives a machine up, for all stacks of its cluster: from now on nobody asks it anything, and what would have to be deleted there
 * is kept until it is back. Returns the exit status: 0 it is given up, 1 it still answers. Throws ConfigError.
 */
export async function gone(node: string, stack: string | undefined, options: GoneOptions): Promise<number> {
  const machine = machineOf(node, stack, options);
  const before = existsSync(machine.folder);
  const problem = before || options.force ? undefined : await problemOf(machine);
  const isGone = before || options.force === true || problem !== undefined;
  if (isGone) mkdirSync(machine.folder, { recursive: true, mode: 0o700 });
  const kept = tombstones(machine.folder).map(({ verb, what }) => ({ verb, what }));
  if (options.json)
    console.log(
      JSON.stringify({ node, gone: isGone, before, problem, folder: machine.folder, kept }, null, 2),
    );
  else if (isGone) print(machine, before, problem, kept);
  else
    console.error(
      `berth: ${node} answers, so it can be left and cleared away as usual: pulumi up, pulumi destroy. To give it up all the same, so that what runs there goes on unseen, or ends with its lease where a watch keeps one, add --force`,
    );
  return isGone ? 0 : 1;
}

/** Why it cannot be reached; `undefined`: it can. */
async function problemOf({ reach }: Machine): Promise<string | undefined> {
  if (!reach) return "berth: the cluster file does not name it any more";
  const { status, stderr } = await runOnNode(reach(), "connect", "", 0);
  return status === 0 ? undefined : stderr.trim();
}

function print(
  { name, stack }: Machine,
  before: boolean,
  problem: string | undefined,
  kept: readonly { verb: string; what: string }[],
): void {
  if (problem) console.log(problem);
  console.log(
    `${name} is ${before ? "given up already" : "given up"}: nothing is asked of it, nothing counts as free there. What ran there may still run, under a watch until its lease is over.`,
  );
  for (const { verb, what } of kept) console.log(`  kept for it: ${verb} ${what}`);
  console.log(
    `Next: pulumi up gives its instances another place, pulumi destroy does without it. Once it answers again:  ./berth back ${name} ${stack}`,
  );
}
