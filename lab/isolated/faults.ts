import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { signal } from "./cgroup";
import { inHub } from "./hub";
import { diskOf, firstProcess, type Machine, portOf, powerOff, powerOn, processesOf } from "./machine";
import { startMachineSshd } from "./machine-sshd";

/** What can happen to a node. Each can be done again, and `heal` undoes all but `kill`, which `reboot` undoes. */
export const faults = {
  /** A power cut: all processes of the node end at once; what its disk holds stays. */
  kill: powerOff,

  /** The power cut, if it still runs, and a start: another boot id, the same address and disk. A cut cable stays cut. */
  async reboot(machine: Machine): Promise<void> {
    await powerOff(machine);
    await powerOn(machine);
    await startMachineSshd(machine);
  },

  /** No packet reaches the node or leaves it. */
  async cut(machine: Machine): Promise<void> {
    writeFileSync(cutFile(machine), "");
    if (firstProcess(machine)) inHub(machine.names, ["ip", "link", "set", portOf(machine), "down"]);
  },

  /** Of the packets to the node, this many of a hundred are lost at random. */
  async lossy(machine: Machine, percent: number): Promise<void> {
    if (!Number.isInteger(percent) || percent < 1 || percent > 99)
      throw new Error(
        `lossy: expected a whole number of percent from 1 to 99, got ${percent}; cut loses all of them`,
      );
    stopLosing(machine);
    const chain = ["bridge", "lab", portOf(machine)];
    const rule = ["oifname", portOf(machine), "numgen", "random", "mod", "100", "<", `${percent}`, "drop"];
    inHub(machine.names, ["nft", "add", "chain", ...chain, "{ type filter hook forward priority 0; }"]);
    inHub(machine.names, ["nft", "add", "rule", ...chain, ...rule]);
  },

  /** The node's disk takes nothing more. */
  async "fill-disk"(machine: Machine): Promise<void> {
    // Nearly all at once, then dd until it fails: that is what it is for.
    const fill = [
      'fallocate --length "$(df --output=avail --block-size=1 "$1" | tail -n 1)" "$1/filler" || :',
      'dd if=/dev/zero of="$1/filler" bs=1K oflag=append conv=notrunc || :',
    ].join("\n");
    inHub(machine.names, ["sh", "-ec", fill, "fill", diskOf(machine)]);
  },

  /** Every process of the node stands still, while its address still takes connections: a machine that hangs. */
  async hang(machine: Machine): Promise<void> {
    // Once more for those that were being born.
    for (let round = 0; round < 2; round++)
      for (const { pid } of processesOf(machine)) signal(pid, "SIGSTOP");
  },

  /** Ends `cut`, `lossy`, `fill-disk` and `hang`. */
  async heal(machine: Machine): Promise<void> {
    for (const { pid } of processesOf(machine)) signal(pid, "SIGCONT");
    rmSync(cutFile(machine), { force: true });
    if (firstProcess(machine)) inHub(machine.names, ["ip", "link", "set", portOf(machine), "up"]);
    stopLosing(machine);
    inHub(machine.names, ["rm", "-f", join(diskOf(machine), "filler")]);
  },
} as const satisfies Record<string, (machine: Machine, percent: number) => Promise<void>>;

export type Fault = keyof typeof faults;

/** Whether a node's cable is cut. */
export const isCut = (machine: Machine) => existsSync(cutFile(machine));

const cutFile = ({ folder }: Machine) => join(folder, "cut");

function stopLosing(machine: Machine): void {
  const chain = `chain bridge lab ${portOf(machine)}`;
  // Only what is there can be deleted.
  inHub(machine.names, ["nft", `add ${chain}; flush ${chain}; delete ${chain}`]);
}
