import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import { type DeclaredFacts, type Lab, labDown, labUp } from "../../lab/lab";
import { type LeftBehind, leftBehind } from "../../lab/left-behind";
import { stopSshd } from "../../lab/sshd";
import { openWorkspace, type Run, type Workspace } from "../../lab/workspace";
import type { Node } from "../../topology/node";

export interface TestBedArgs {
  readonly stack?: string;
  /** @default the stack's own file */
  readonly scenario?: object;
  /** @default stacks/clusters/brain-in-jar.yaml */
  readonly cluster?: string;
  readonly declare?: (node: Node) => DeclaredFacts;
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
    const lab = args.beside?.lab ?? (await labUp(join(home, "lab"), cluster, args.declare));
    const own = args.scenario && { "berth:scenario": join(folder, "scenario.yaml") };
    const workspace = await openWorkspace({
      directory: join(home, "workspace"),
      lab,
      stack: args.stack ?? "hive-cluster",
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

  /** Changes the stack's configuration. */
  async configure(key: string, value: string): Promise<void> {
    const { stack, configFile } = this.workspace;
    const args = [
      "pulumi",
      "config",
      "set",
      key,
      value,
      "--config-file",
      configFile,
      "--stack",
      stack,
    ] as const;
    const { status, output } = await this.workspace.run(args);
    if (status !== 0) throw new Error(output);
  }

  pulumi(...args: string[]): Promise<Run> {
    return this.workspace.pulumi(args);
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

  workDir(node: string): string {
    return this.lab.nodes.find(({ name }) => name === node)!.workDir;
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

  /** A node that does not answer from now on. */
  async silence(node: string): Promise<void> {
    await stopSshd(join(this.home, "lab", "nodes", node, "sshd"));
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
      for (const line of this.left().processes) {
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
