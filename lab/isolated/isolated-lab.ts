import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dump } from "js-yaml";
import { loadCluster } from "../../topology/load-cluster";
import type { Node } from "../../topology/node";
import { sshNodes } from "../../topology/ssh-nodes";
import type { Lab, LabNode } from "../lab";
import { removeCgroup } from "./cgroup";
import { findHub, startHub } from "./hub";
import { diskOf, firstProcess, type Machine, powerOn } from "./machine";
import { isMachineSshdRunning, startMachineSshd } from "./machine-sshd";
import { type Names, namesOf, nodeGroups } from "./names";
import { labNetwork } from "./network";
import { missingForIsolatedLab } from "./requirements";

export interface IsolatedLabArgs {
  /** Nodes whose first process is systemd. @default none */
  readonly systemd?: readonly string[];
  /** Size of each node's disk in MB. @default 256 */
  readonly diskMegabytes?: number;
}

/** On a node: below its home, which is on its own disk. */
const workDir = join(userInfo().homedir, "berth");

/**
 * Starts the machines of a cluster file as namespaces of this computer, each with an address, a host name, processes, a disk, a
 * boot id and RAM of its own; what runs already is left alone. Throws, naming it, when this computer lacks something.
 */
export async function isolatedLabUp(
  directory: string,
  cluster: string,
  args: IsolatedLabArgs = {},
): Promise<Lab> {
  const described = sshNodes(loadCluster(cluster));
  const systemd = args.systemd ?? [];
  const unknown = systemd.find((name) => !described.some((node) => node.name === name));
  if (unknown !== undefined)
    throw new Error(
      `--systemd: ${cluster} has no node "${unknown}"; there are ${described.map(({ name }) => name).join(", ")}`,
    );
  const missing = missingForIsolatedLab({ systemd: systemd.length > 0 });
  if (missing.length > 0)
    throw new Error(`an isolated lab needs, and here is not:\n  ${missing.join("\n  ")}`);

  const names = namesOf(directory);
  const network = labNetwork(names.cable);
  mkdirSync(names.root, { recursive: true });
  await startHub(names, `${network}.1/24`);
  const machines = described.map(
    (node, index): Machine => ({
      names,
      name: node.name,
      index,
      folder: join(names.root, "nodes", node.name),
      address: `${network}.${index + 10}/24`,
      memoryBytes: node.ramBytes,
      diskBytes: (args.diskMegabytes ?? 256) * 1_000_000,
      systemd: systemd.includes(node.name),
      workDir,
    }),
  );
  const written = await Promise.all(
    machines.map(async (machine) => [machine.name, await start(machine, described[machine.index]!)] as const),
  );
  const lab: Lab = {
    cluster,
    connections: join(names.root, "connections.yaml"),
    nodes: machines.map(nodeOf),
    isolated: machines,
  };
  writeFileSync(lab.connections, dump({ nodes: Object.fromEntries(written) }));
  return lab;
}

/** Resolves with how the node is reached, in the words of the overlay. */
async function start(machine: Machine, described: Node): Promise<object> {
  mkdirSync(join(machine.folder, "sshd"), { recursive: true });
  writeFileSync(join(machine.folder, "sshd", "facts.json"), JSON.stringify(declaredFacts(described)));
  await powerOn(machine);
  const { address, port, keyPath, hostKey } = await startMachineSshd(machine);
  return {
    host: address,
    ssh_port: port,
    ssh_user: userInfo().username,
    ssh_key_path: keyPath,
    host_key: hostKey,
    remote_work_dir: workDir,
  };
}

/** How a machine is now, in the words of every lab. */
export function nodeOf(machine: Machine): LabNode {
  const hub = findHub(machine.names);
  return {
    name: machine.name,
    address: machine.address.split("/")[0]!,
    port: 22,
    workDir: machine.workDir,
    files:
      hub === undefined ? machine.workDir : join("/proc", `${hub}`, "root", diskOf(machine), "home", "berth"),
    running: firstProcess(machine) !== undefined && isMachineSshdRunning(machine),
  };
}

/**
 * Ends all processes of the isolated lab in `directory`, and with them its namespaces, mounts and interfaces; then removes its groups and
 * its folder. Everything is found by its name, so that it works after whatever went before; no lab is success.
 */
export async function isolatedLabDown(directory: string): Promise<void> {
  // Who is not on Linux, or never had one, has none.
  if (!existsSync("/sys/class/net")) return rmSync(directory, { recursive: true, force: true });
  const names = namesOf(directory);
  await Promise.all(nodeGroups(names).map(removeCgroup));
  await removeCgroup(names.memoryGroup);
  await removeCgroup(names.systemdGroup);
  // With the last process of a namespace the kernel takes down its cables and disks in its own time.
  for (const deadline = Date.now() + 60_000; ; await sleep(10)) {
    const held = kernelHolds(names);
    if (held.length === 0) break;
    if (Date.now() > deadline) throw new Error(`the lab has ended, but these stay: ${held.join(", ")}`);
  }
  rmSync(names.root, { recursive: true, force: true });
}

/** Network interfaces and loop devices of a lab on this computer. */
function kernelHolds({ cable, root }: Names): string[] {
  const isOurs = (device: string) => {
    const file = join("/sys/block", device, "loop", "backing_file");
    return existsSync(file) && readFileSync(file, "utf8").startsWith(`${root}/`);
  };
  return [
    ...readdirSync("/sys/class/net").filter((name) => name === cable),
    ...readdirSync("/sys/block").filter((name) => name.startsWith("loop") && isOurs(name)),
  ];
}

/** RAM is real here; cores and architecture are this computer's, whatever the node claims. */
function declaredFacts(node: Node): object {
  return {
    cpu_cores: node.cpuCores,
    arch: node.arch,
    source: "memory measured; cores and architecture declared by the lab",
  };
}
