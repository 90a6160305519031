import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dump, load } from "js-yaml";
import { signal } from "../../lab/isolated/cgroup";
import { type Fault, faults } from "../../lab/isolated/faults";
import { type Machine, processesOf } from "../../lab/isolated/machine";
import { startMachineSshd, stopMachineSshd } from "../../lab/isolated/machine-sshd";
import type { Lab } from "../../lab/lab";
import { type LeftBehind, leftBehind } from "../../lab/left-behind";
import { startSshd, stopSshd } from "../../lab/sshd";

/** The part of a connections file that is about one node. */
export interface WrittenConnection {
  readonly host: string;
  readonly ssh_key_path: string;
  readonly ssh_user: string;
  readonly host_key: string;
  readonly jump_host?: object;
  readonly remote_work_dir: string;
}

/** The nodes of a test's lab: what is on them, how they are reached, and what can happen to them. */
export class TestNodes {
  constructor(
    /** Folder of the bed that started the lab. */
    protected readonly home: string,
    readonly lab: Lab,
  ) {}

  /** How a node is reached, in the words of the overlay. */
  connection(node: string): WrittenConnection {
    return this.overlay().nodes[node]!;
  }

  /** Changes how one node is reached. */
  reconnect(node: string, change: Partial<WrittenConnection>): void {
    const { nodes } = this.overlay();
    writeFileSync(this.lab.connections, dump({ nodes: { ...nodes, [node]: { ...nodes[node], ...change } } }));
  }

  /** SSH connections that a node, or all of them, have accepted so far. */
  connections(node?: string): number {
    const names = node ? [node] : this.lab.nodes.map(({ name }) => name);
    return names.reduce(
      (sum, name) => sum + (this.sshdLog(name).match(/Accepted publickey/g)?.length ?? 0),
      0,
    );
  }

  /** The work directory of a node, as this computer sees it. */
  workDir(node: string): string {
    return this.lab.nodes.find(({ name }) => name === node)!.files;
  }

  /** Lets something happen to an isolated node; `percent` is for "lossy". */
  async fault(what: Fault, node: string, percent = 0): Promise<void> {
    await faults[what](this.machine(node), percent);
  }

  /**
   * Resolves once an isolated node runs a verb of its supervisor ("start", "stop" …; "code" is the copying), and throws when it
   * does not within two minutes.
   */
  async verb(node: string, verb: string): Promise<undefined> {
    const words = verb === "code" ? "rsync\0--server" : `python3\0-I\0-S\0-\0${verb}\0`;
    const isThere = () =>
      processesOf(this.machine(node)).some(({ pid }) => commandLine(pid).startsWith(words));
    for (const deadline = Date.now() + 120_000; !isThere(); await sleep(2))
      if (Date.now() > deadline) throw new Error(`${node} has not run ${verb} in two minutes`);
    return undefined;
  }

  /** The command lines of what runs on an isolated node. */
  processesOf(node: string): string[] {
    return processesOf(this.machine(node)).map(({ pid }) => commandLine(pid).replaceAll("\0", " ").trim());
  }

  /** Cuts the SSH connections that an isolated node has; the server takes new ones. */
  sever(node: string): void {
    for (const { pid } of processesOf(this.machine(node)))
      if (/^sshd: (?!.*\[listener\])/.test(commandLine(pid))) signal(pid, "SIGKILL");
  }

  /** Starts the SSH server of an isolated node again, with further lines of configuration. */
  async restartSshd(node: string, options: readonly string[] = []): Promise<void> {
    await stopMachineSshd(this.machine(node));
    await startMachineSshd(this.machine(node), options);
  }

  machine(node: string): Machine {
    return this.lab.isolated!.find(({ name }) => name === node)!;
  }

  left(): LeftBehind {
    return leftBehind(this.lab);
  }

  /** A node that does not answer from now on; what runs there goes on. */
  async silence(node: string): Promise<void> {
    if (this.lab.isolated) await stopMachineSshd(this.machine(node));
    else await stopSshd(join(this.home, "lab", "nodes", node, "sshd"));
  }

  /** The same node, answering again. */
  async awaken(node: string): Promise<void> {
    const { address, port } = this.lab.nodes.find(({ name }) => name === node)!;
    const directory = join(this.home, "lab", "nodes", node, "sshd");
    const facts = join(this.home, "lab", "nodes", node, "facts.json");
    await startSshd({ directory, address, port, options: [`SetEnv BERTH_LAB_FACTS=${facts}`] });
  }

  private overlay(): { nodes: Record<string, WrittenConnection> } {
    return load(readFileSync(this.lab.connections, "utf8")) as { nodes: Record<string, WrittenConnection> };
  }

  private sshdLog(node: string): string {
    return readFileSync(join(this.home, "lab", "nodes", node, "sshd", "sshd.log"), "utf8");
  }
}

/** The arguments of a process, each ended by a NUL; empty when it has ended. */
function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
