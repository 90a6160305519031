import { existsSync, rmSync } from "node:fs";
import { type MachineOptions, machineOf } from "./node/machine";

export interface UndrainOptions extends MachineOptions {
  json?: boolean;
}

/** Takes a drained machine back into service; what ran there stays where it is now. Returns the exit status 0. Throws ConfigError. */
export function undrain(node: string, stack: string | undefined, options: UndrainOptions): number {
  const machine = machineOf(node, stack, options);
  const before = existsSync(machine.drained);
  rmSync(machine.drained, { force: true });
  if (options.json) console.log(JSON.stringify({ node, drained: false, before }, null, 2));
  else
    console.log(
      before ? `${node} is back in service: the next previews count on it` : `${node} was not drained`,
    );
  return 0;
}
