import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { ConfigError } from "../topology/config-error";
import { stackFiles, stackNames } from "../topology/stack-files";
import { type Machine, type MachineOptions, machineOf } from "./node/machine";
import { runPulumi } from "./run-pulumi";
import { knownStacks, pulumiSetUp, stackState } from "./stack/state";

export interface DrainOptions extends MachineOptions {
  reason?: string;
  json?: boolean;
}

/** A stack that has something on a node. */
interface Resident {
  readonly stack: string;
  readonly instances: readonly string[];
}

/**
 * Takes a machine out of service for all stacks of its cluster: it takes nothing new, and the next update of each stack moves away
 * what it has there. Shows these updates' previews. Returns the exit status: 0 it is drained, 1 so it is, but a preview says that
 * not everything has another place. Throws ConfigError.
 */
export async function drain(node: string, stack: string | undefined, options: DrainOptions): Promise<number> {
  const reason = options.reason ?? "";
  if (/\p{Cc}/u.test(reason)) throw new ConfigError(["berth: --reason: expected text on one line"]);
  const machine = machineOf(node, stack, options);
  const residents = await residentsOf(machine, stack, options.configFile);
  const before = existsSync(machine.drained);
  mkdirSync(dirname(machine.drained), { recursive: true });
  writeFileSync(machine.drained, `${reason}\n`);
  if (options.json) {
    console.log(JSON.stringify({ node, drained: true, before, reason, residents }, null, 2));
    return 0;
  }
  console.log(
    `${node} is drained: it takes nothing new, and gives up what it has with each stack's next update.`,
  );
  let failed = 0;
  for (const { stack: name, instances } of residents) {
    const configFile = name === stack ? options.configFile : undefined;
    console.log(`\n${name} has there: ${instances.join(", ")}. Its next update:\n`);
    const status = await runPulumi("preview", name, configFile === undefined ? {} : { configFile }, []);
    console.log(
      status === 0 ? `\nTo do it:  ./berth up ${name}` : `\n${name} cannot do without ${node}, see above.`,
    );
    failed += status === 0 ? 0 : 1;
  }
  if (residents.length === 0) console.log("No stack that the back end knows has anything there.");
  console.log(`Afterwards:  ./berth undrain ${node}${stack === undefined ? "" : ` ${stack}`}`);
  return failed > 0 ? 1 : 0;
}

/** The stacks of the same cluster file, and the one that was named, that have instances on the node. */
async function residentsOf(
  machine: Machine,
  named: string | undefined,
  configFile?: string,
): Promise<Resident[]> {
  const env = await pulumiSetUp();
  const known = (await knownStacks(env)).map(({ name }) => name);
  const names = known.filter((name) => name === named || isOf(name, machine.cluster));
  const states = await Promise.all(names.map(async (name) => ({ name, state: await stackState(name, env) })));
  return states.flatMap(({ name, state }) => {
    const instances = state.known.filter(({ node }) => node === machine.name).map(({ instance }) => instance);
    return instances.length > 0 ? [{ stack: name, instances: instances.sort() }] : [];
  });

  function isOf(name: string, cluster: string): boolean {
    return (
      stackNames().includes(name) &&
      (name === named ? stackFiles(name, configFile) : stackFiles(name)).cluster === cluster
    );
  }
}
