import type { ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { dump } from "js-yaml";
import type { IsolatedLabArgs } from "../../lab/isolated/isolated-lab";
import { type DeclaredFacts, type Lab, labUp, labUpIsolated } from "../../lab/lab";
import type { LeftBehind } from "../../lab/left-behind";
import { openWorkspace, type Run, type Workspace } from "../../lab/workspace";
import type { Node } from "../../topology/node";
import { bedFolder, removeBed } from "./bed-folders";
import { TestNodes } from "./test-nodes";

export interface TestBedArgs {
  readonly stack?: string;
  /** @default the stack's own file */
  readonly scenario?: object;
  /** A file, or what stands in the bed's own. @default stacks/clusters/brain-in-jar.yaml */
  readonly cluster?: string | object;
  readonly declare?: (node: Node) => DeclaredFacts;
  /** Machines that can be cut, killed and filled; `{}` for all defaults. Only below `describeIsolated`. */
  readonly isolated?: IsolatedLabArgs;
  readonly passphrase?: string;
  /** Another stack of the same back end on the same machines; it closes first. */
  readonly beside?: TestBed;
}

/** What a destroy leaves. */
export const nothing: LeftBehind = { processes: [], files: [], stacks: [] };

/** A lab, a state and a scenario of a test's own, in a folder of its own: the real engine, sshd and processes. */
export class TestBed extends TestNodes {
  private constructor(
    readonly folder: string,
    home: string,
    lab: Lab,
    readonly workspace: Workspace,
  ) {
    super(home, lab);
  }

  static async open(args: TestBedArgs = {}): Promise<TestBed> {
    const folder = bedFolder();
    mkdirSync(join(folder, "code"));
    const home = args.beside?.folder ?? folder;
    const cluster = clusterFile(folder, args.cluster ?? "stacks/clusters/brain-in-jar.yaml");
    const ownLab = () =>
      args.isolated
        ? labUpIsolated(join(home, "lab"), cluster, args.isolated)
        : labUp(join(home, "lab"), cluster, args.declare);
    const lab = args.beside?.lab ?? (await ownLab());
    const own = {
      ...(args.scenario && { "berth:scenario": join(folder, "scenario.yaml") }),
      ...(args.cluster && { "berth:cluster": resolve(cluster) }),
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

  /** Replaces the cluster file of a bed that has its own. */
  writeCluster(cluster: object): void {
    clusterFile(this.folder, cluster);
  }

  /** Writes a file of the code that `code: {local_path: code}` copies. */
  writeCode(name: string, text: string): void {
    writeFileSync(join(this.folder, "code", name), text);
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
    const read = (chunk: string) => {
      output += chunk;
      if (happened === undefined && output.includes(step)) happened = happen(engine) ?? true;
    };
    engine.stdout!.setEncoding("utf8").on("data", read);
    engine.stderr!.setEncoding("utf8").on("data", read);
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

  /** The log of an instance, as lines. */
  log(node: string, instance: string): string[] {
    return readFileSync(join(this.workDir(node), "logs", this.workspace.stack, `${instance}.log`), "utf8")
      .split("\n")
      .filter(Boolean);
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
    if (this.home === this.folder) await removeBed(this.folder);
    else rmSync(this.folder, { recursive: true, force: true });
  }
}

function clusterFile(folder: string, cluster: string | object): string {
  if (typeof cluster === "string") return cluster;
  const file = join(folder, "cluster.yaml");
  writeFileSync(file, dump(cluster));
  return file;
}

/** The cluster file of a few machines that are alike. */
export function machines(names: readonly string[], more: object = {}, each: object = {}): object {
  return {
    cluster: { name: "machines" },
    nodes: names.map((name, index) => ({
      name,
      host: `192.0.2.${index + 1}`,
      ssh_user: "pi",
      ram_gb: 2,
      max_instances: 4,
      ...each,
    })),
    ...more,
  };
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
