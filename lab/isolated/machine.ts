import { execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cgroupMembers, innerPid, makeCgroup, removeCgroup, signal } from "./cgroup";
import { hubProcess, inHub } from "./hub";
import type { Names } from "./names";

/** A node of an isolated lab: what it is, whether it runs or not. */
export interface Machine {
  readonly names: Names;
  readonly name: string;
  /** Its number in the lab, from 0. */
  readonly index: number;
  /** Folder on this computer for its disk, its keys and its logs. */
  readonly folder: string;
  /** Address with prefix, e.g. "198.19.3.10/24". */
  readonly address: string;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  /** systemd is its first process. */
  readonly systemd: boolean;
  /** Path on the node. */
  readonly workDir: string;
}

/** A process of a node. */
export interface MachineProcess {
  readonly pid: number;
  /** Process id as the node sees it. */
  readonly inner: number;
}

/** The port of the lab's switch that a node's cable is in. */
export const portOf = ({ index }: Machine) => `node${index}`;
/** Where the hub sees the node's disk. */
export const diskOf = ({ folder }: Machine) => join(folder, "disk");

const hex = (byte: number) => byte.toString(16).padStart(2, "0");
const memoryGroup = ({ names, index }: Machine) => join(names.memoryGroup, `node${index}`);
const systemdGroup = (machine: Machine) =>
  machine.systemd ? join(machine.names.systemdGroup, `node${machine.index}`) : "";

/** Boots a node that is off; one that runs is left alone. Throws with the words of the boot when it fails. */
export async function powerOn(machine: Machine): Promise<void> {
  if (firstProcess(machine)) return;
  await powerOff(machine);
  const { folder } = machine;
  for (const name of ["disk", "root", "sshd"]) mkdirSync(join(folder, name), { recursive: true });
  insertDisk(machine);
  writeFileSync(join(folder, "boot_id"), `${randomUUID()}\n`);
  writeFileSync(join(folder, "meminfo"), meminfo(machine.memoryBytes));
  writeFileSync(join(folder, "cgroups"), cgroups());
  rmSync(join(folder, "sshd", "booted"), { force: true });
  rmSync(join(folder, "sshd", "sshd.pid"), { force: true });
  makeCgroup(memoryGroup(machine), machine.memoryBytes);
  if (machine.systemd) makeCgroup(systemdGroup(machine));

  const log = openSync(join(folder, "power.log"), "w");
  const child = spawn("sh", [join(__dirname, "power-on.sh")], {
    detached: true,
    stdio: ["ignore", log, log],
    env: {
      PATH: process.env.PATH,
      memory_cgroup: memoryGroup(machine),
      systemd_cgroup: systemdGroup(machine),
      hub: `${hubProcess(machine.names)}`,
      port: portOf(machine),
      link: existsSync(join(folder, "cut")) ? "down" : "up",
      address: machine.address,
      hardware: `02:be:47:00:${hex(machine.index >> 8)}:${hex(machine.index & 255)}`,
      folder,
      name: machine.name,
      init: machine.systemd ? "systemd" : "idle",
    },
  });
  closeSync(log);
  let ended = false;
  child.once("exit", () => (ended = true)).unref();
  const isUp = () =>
    existsSync(join(folder, "sshd", "booted")) &&
    (!machine.systemd ||
      existsSync(join("/proc", `${firstProcess(machine)?.pid}`, "root", "run/systemd/private")));
  for (const deadline = Date.now() + 60_000; !isUp(); await sleep(10)) {
    if (!ended && Date.now() < deadline) continue;
    const words = readFileSync(join(folder, "power.log"), "utf8").trim();
    throw new Error(`node ${machine.name} did not boot${ended ? "" : " within 60 s"}: ${words}`);
  }
}

/** A power cut: every process of the node ends at once. Its disk stays. */
export async function powerOff(machine: Machine): Promise<void> {
  const first = firstProcess(machine);
  if (first) {
    // No last word to those it talks to: they have to notice by themselves.
    inHub(machine.names, ["ip", "link", "set", portOf(machine), "down"]);
    // The kernel takes all others of the namespace with it.
    signal(first.pid, "SIGKILL");
  }
  for (const group of [memoryGroup(machine), systemdGroup(machine)].filter(Boolean))
    await removeCgroup(group);
}

/** Runs a program on a node with the rights of root and resolves with what it printed. Throws when it fails, or the node is off. */
export function enter(machine: Machine, program: readonly string[]): string {
  const first = firstProcess(machine);
  if (!first) throw new Error(`node ${machine.name} is off`);
  const args = [join(__dirname, "enter.sh"), `${first.pid}`, memoryGroup(machine), systemdGroup(machine)];
  return execFileSync("sh", [...args, ...program], {
    encoding: "utf8",
    env: { PATH: process.env.PATH },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** The first process of a node, `undefined` while it is off. */
export function firstProcess(machine: Machine): MachineProcess | undefined {
  return processesOf(machine).find(({ inner }) => inner === 1);
}

/** All processes of a node. */
export function processesOf(machine: Machine): MachineProcess[] {
  return cgroupMembers(memoryGroup(machine)).flatMap((pid) => {
    const inner = innerPid(pid);
    return inner === undefined ? [] : [{ pid, inner }];
  });
}

/** Makes the disk as a file, if there is none, and mounts it where the hub sees it. */
function insertDisk(machine: Machine): void {
  const [image, disk] = [join(machine.folder, "disk.img"), diskOf(machine)];
  if (!existsSync(image)) {
    const fresh = `${image}.new`;
    writeFileSync(fresh, "");
    truncateSync(fresh, machine.diskBytes);
    // Without a journal and without room that only root may fill: small, and full means full.
    execFileSync("mkfs.ext4", ["-q", "-F", "-m", "0", "-O", "^has_journal", "-N", "16384", fresh]);
    execFileSync("mv", [fresh, image]);
  }
  // The hub may have it from the node's former life.
  inHub(machine.names, ["sh", "-ec", 'mountpoint -q "$2" || mount -o loop "$1" "$2"', "mount", image, disk]);
}

/** What /proc/meminfo shows on the node: this computer's, with the node's RAM, all of it free, and no swap. It does not move. */
function meminfo(bytes: number): string {
  const own: Record<string, number> = {
    MemTotal: bytes,
    MemFree: bytes,
    MemAvailable: bytes,
    SwapTotal: 0,
    SwapFree: 0,
  };
  return readFileSync("/proc/meminfo", "utf8").replace(/^(\w+):\s+\d+ kB$/gm, (line, key: string) =>
    own[key] === undefined
      ? line
      : `${`${key}:`.padEnd(16)}${`${Math.floor(own[key] / 1024)}`.padStart(8)} kB`,
  );
}

/** What /proc/cgroups shows on the node: only what is the node's own, so that its systemd touches no other hierarchy. */
function cgroups(): string {
  const lines = readFileSync("/proc/cgroups", "utf8").split("\n");
  return `${lines.filter((line) => /^(#|memory\t)/.test(line)).join("\n")}\n`;
}
