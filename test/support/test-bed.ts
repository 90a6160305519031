import type { ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dump, load } from "js-yaml";
import { signal } from "../../lab/isolated/cgroup";
import { type Fault, faults } from "../../lab/isolated/faults";
import type { IsolatedLabArgs } from "../../lab/isolated/isolated-lab";
import { type Machine, processesOf } from "../../lab/isolated/machine";
import { startMachineSshd, stopMachineSshd } from "../../lab/isolated/machine-sshd";
import { type DeclaredFacts, type Lab, labDown, labUp, labUpIsolated } from "../../lab/lab";
import { type LeftBehind, leftBehind } from "../../lab/left-behind";
import { startSshd, stopSshd } from "../../lab/sshd";
import { openWorkspace, type Run, type Workspace } from "../../lab/workspace";
import type { Node } from "../../topology/node";

export interface TestBedArgs {
  readonly stack?: string;
  /** @default the stack's own file */
  readonly scenario?: object;
  /** @default stacks/clusters/brain-in-jar.yaml */
  readonly cluster?: string;
  readonly declare?: (node: Node) => DeclaredFacts;
  /** Machines that can be cut, killed and filled; `{}` for all defaults. Only below `describeIsolated`. */
  readonly isolated?: IsolatedLabArgs;
  readonly passphrase?: string;
  /** Another stack of the same back end on the same machines; it closes first. */
  readonly beside?: TestBed;
}

/** The part of a connections file that is about one node. */
export interface WrittenConnection {
  readonly host: string;
  readonly ssh_key_path: string;
  readonly ssh_user: string;
  readonly host_key: string;
  readonly jump_host?: object;
  readonly remote_work_dir: string;
}

/** What a destroy leaves. */
export const nothing: LeftBehind = { processes: [], files: [], stacks: [] };

/** A lab, a state and a scenario of a test's own, in a folder of its own: the real engine, sshd and processes. */
export class TestBed {
  private constructor(
    readonly folder: string,
    /** Folder of the bed that started the lab. */
    private readonly home: string,
    readonly lab: Lab,
    readonly workspace: Workspace,
  ) {}

  static async open(args: TestBedArgs = {}): Promise<TestBed> {
    const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
    mkdirSync(join(folder, "code"));
    const home = args.beside?.folder ?? folder;
    const cluster = args.cluster ?? "stacks/clusters/brain-in-jar.yaml";
    const ownLab = () =>
      args.isolated
        ? labUpIsolated(join(home, "lab"), cluster, args.isolated)
        : labUp(join(home, "lab"), cluster, args.declare);
    const lab = args.beside?.lab ?? (await ownLab());
    const own = {
      ...(args.scenario && { "berth:scenario": join(folder, "scenario.yaml") }),
      ...(args.cluster && { "berth:cluster": resolve(args.cluster) }),
    };
    const workspace = await openWorkspace({
      directory: join(home, "workspace"),
      lab,
      stack: args.stack ?? "hive-cluster",
      passphrase: args.passphrase,
      config: { ...own, "berth:purge": true, "berth:facts": join(folder, "facts.json") },
    });
    const bed = new TestBed(folder, home, lab, workspace);
    if (args.scenario) bed.write(args.scenario);
    return bed;
  }

  /** Replaces the scenario. */
  write(scenario: object): void {
    writeFileSync(join(this.folder, "scenario.yaml"), dump(scenario));
  }

  /** Writes a file of the code that `code: {local_path: code}` copies. */
  writeCode(name: string, text: string): void {
    writeFileSync(join(this.folder, "code", name), text);
  }

  /** How a node is reached, in the words of the overlay. */
  connection(node: string): WrittenConnection {
    return this.overlay().nodes[node]!;
  }

  /** Changes how one node is reached. */
  reconnect(node: string, change: Partial<WrittenConnection>): void {
    const { nodes } = this.overlay();
    writeFileSync(this.lab.connections, dump({ nodes: { ...nodes, [node]: { ...nodes[node], ...change } } }));
  }

  /** Changes the stack's configuration: key and value, after what `pulumi config set` takes. */
  async configure(...setting: string[]): Promise<void> {
    const { stack, configFile } = this.workspace;
    const where = ["--config-file", configFile, "--stack", stack];
    const args = ["pulumi", "config", "set", ...setting, ...where] as const;
    const { status, output } = await this.workspace.run(args);
    if (status !== 0) throw new Error(output);
  }

  pulumi(...args: string[]): Promise<Run> {
    return this.workspace.pulumi(args);
  }

  /**
   * Runs the engine (`up` unless told otherwise) and lets something happen once it has printed `step`, e.g. "a-start creating".
   * Resolves when the engine has ended; throws when it never came to the step.
   */
  async whileItRuns(
    step: string,
    happen: (engine: ChildProcess) => unknown,
    args: readonly string[] = ["up", "--yes", "--skip-preview"],
  ): Promise<Run> {
    const engine = this.workspace.start(args);
    let [output, happened]: [string, unknown] = ["", undefined];
    const read = (chunk: Buffer) => {
      output += chunk;
      if (happened === undefined && output.includes(step)) happened = happen(engine) ?? true;
    };
    engine.stdout!.on("data", read);
    engine.stderr!.on("data", read);
    const status = await new Promise<number | null>((resolve) => engine.on("exit", resolve));
    if (happened === undefined) throw new Error(`never came to ${step}:\n${output}`);
    await happened;
    return { status, output };
  }

  /** `kill -9` for the engine once it has printed `step`: what it has started goes on as it may, and its lock stays. */
  async killEngineAt(step: string, args?: readonly string[]): Promise<void> {
    await this.whileItRuns(step, (engine) => engine.kill("SIGKILL"), args);
  }

  up = () => this.pulumi("up", "--yes", "--skip-preview");
  destroy = () => this.pulumi("destroy", "--yes", "--skip-preview");

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
    const words = verb === "code" ? "rsync\0--server" : `python3\0-I\0-\0${verb}\0`;
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

  /** The log of an instance, as lines. */
  log(node: string, instance: string): string[] {
    return readFileSync(join(this.workDir(node), "logs", this.workspace.stack, `${instance}.log`), "utf8")
      .split("\n")
      .filter(Boolean);
  }

  left(): LeftBehind {
    return leftBehind(this.lab);
  }

  /** Runs `./berth ARGS` for this stack. */
  berth(verb: string, ...args: string[]): Promise<Run> {
    const { stack, configFile } = this.workspace;
    return this.workspace.run(["./berth", verb, stack, "--config-file", configFile, ...args]);
  }

  /** Runs `./berth VERB NODE ARGS` for this stack. */
  berthOn(verb: string, node: string, ...args: string[]): Promise<Run> {
    const { stack, configFile } = this.workspace;
    return this.workspace.run(["./berth", verb, node, stack, "--config-file", configFile, ...args]);
  }

  /** Writes a lock on the stack; returns its file. */
  lock(name: string, text: string): string {
    const folder = join(this.home, "workspace/state/.pulumi/locks/organization/berth", this.workspace.stack);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${name}.json`), text);
    return join(folder, `${name}.json`);
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

  /** The stack's output `placements`: node by instance. */
  async placements(): Promise<Record<string, string>> {
    const args = [
      "pulumi",
      "stack",
      "output",
      "placements",
      "--json",
      "--stack",
      this.workspace.stack,
    ] as const;
    return JSON.parse((await this.workspace.run(args)).output);
  }

  /** Ends what still runs, then removes everything. */
  async close(): Promise<void> {
    if (this.home === this.folder) {
      for (const line of this.lab.isolated ? [] : this.left().processes) {
        try {
          process.kill(Number(line.split(" ")[0]), "SIGKILL");
        } catch {
          // It ended by itself.
        }
      }
      await labDown(join(this.folder, "lab"));
    }
    rmSync(this.folder, { recursive: true, force: true });
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

/** The scenario file of a few sleepers that take `ramGb` each. */
export function sleepers(
  ids: readonly string[],
  more: object = {},
  each: object = {},
): { name: string; instances: object[] } {
  const command = ["python3", "-c", "import time; print('awake', time.time(), flush=True); time.sleep(1000)"];
  return {
    name: "sleepers",
    instances: ids.map((id) => ({ instance_id: id, ram_gb: 2, command, ...each })),
    ...more,
  };
}
