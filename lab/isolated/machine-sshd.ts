import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { prepareSshd, type SshAccess, sshdPath } from "../sshd";
import { signal } from "./cgroup";
import { enter, type Machine, type MachineProcess, processesOf } from "./machine";

/** Where a node sees the folder `sshd` of its machine. */
const seenAs = "/run/berth-lab";

/**
 * Starts the SSH server of a node that is on; one that runs is left alone. `options` are further lines of its configuration, for a
 * server that was stopped before. Throws with the server's own words when it does not listen within a minute.
 */
export async function startMachineSshd(
  machine: Machine,
  options: readonly string[] = [],
): Promise<SshAccess & { readonly address: string; readonly port: number }> {
  const directory = join(machine.folder, "sshd");
  const where = { address: machine.address.split("/")[0]!, port: 22 };
  const facts = `SetEnv "BERTH_LAB_FACTS=${seenAs}/facts.json"`;
  const access = prepareSshd({ ...where, directory, seenAs, options: [...options, facts] });
  if (isMachineSshdRunning(machine)) return { ...where, ...access };
  rmSync(join(directory, "sshd.pid"), { force: true });
  const log = join(directory, "sshd.log");
  enter(machine, [sshdPath(), "-f", `${seenAs}/sshd_config`, "-E", `${seenAs}/sshd.log`]);
  // sshd writes its pid file once it listens.
  for (const deadline = Date.now() + 60_000; !isMachineSshdRunning(machine); await sleep(10)) {
    if (Date.now() < deadline) continue;
    const words = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").slice(-5).join("\n") : "";
    throw new Error(`sshd on node ${machine.name} does not listen:\n${words}`);
  }
  return { ...where, ...access };
}

/** Stops the SSH server of a node, and leaves the sessions that are under way; none is success. */
export async function stopMachineSshd(machine: Machine): Promise<void> {
  for (let server = listener(machine); server; server = listener(machine)) {
    signal(server.pid, "SIGTERM");
    await sleep(10);
  }
}

export const isMachineSshdRunning = (machine: Machine) => listener(machine) !== undefined;

function listener(machine: Machine): MachineProcess | undefined {
  const pidFile = join(machine.folder, "sshd", "sshd.pid");
  if (!existsSync(pidFile)) return undefined;
  const inner = Number(readFileSync(pidFile, "utf8"));
  return processesOf(machine).find((one) => one.inner === inner);
}
