import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { dump, load } from "js-yaml";
import { kubectl, kubectlList } from "../../lab/kubernetes/kubectl";
import { type KubernetesLab, readKubernetesLab } from "../../lab/kubernetes/kubernetes-lab";
import { allObjects, newObjects } from "../../lab/kubernetes/objects";
import { openWorkspace, type Run, type Workspace } from "../../lab/workspace";
import { bedFolder } from "./bed-folders";

export interface KubernetesBedArgs {
  /** Folder of the Kubernetes: `inject("kubernetesLab")`. */
  readonly lab: string;
  /** A stack of `stacks/`. */
  readonly stack: string;
  /** What differs from its cluster file at the top, e.g. `{nodes: […]}`. */
  readonly cluster?: object;
  /** Changes its scenario before the first run. */
  readonly scenario?: (scenario: Scenario) => void;
  /** Stack configuration that differs from the stack's file. */
  readonly config?: Readonly<Record<string, unknown>>;
}

// biome-ignore lint/suspicious/noExplicitAny: tests change whatever a scenario file may hold.
export type Scenario = Record<string, any>;

/** A stack with a state, a cluster file and a scenario of its own, on a Kubernetes that others use, too: the real engine. */
export class KubernetesBed {
  private constructor(
    readonly folder: string,
    readonly lab: KubernetesLab,
    readonly workspace: Workspace,
    private readonly before: readonly string[],
  ) {}

  static async open(args: KubernetesBedArgs): Promise<KubernetesBed> {
    const folder = bedFolder();
    const lab = readKubernetesLab(args.lab)!;
    const { config } = read(`stacks/Pulumi.${args.stack}.yaml`);
    const cluster = read(config["berth:cluster"]);
    const scenario = read(config["berth:scenario"]);
    args.scenario?.(scenario);
    const own = { ...cluster, kubernetes: { context: lab.context }, ...args.cluster };
    writeFileSync(join(folder, "cluster.yaml"), dump(own));
    writeFileSync(join(folder, "scenario.yaml"), dump(scenario));
    mkdirSync(join(folder, "workspace"));
    const workspace = await openWorkspace({
      directory: join(folder, "workspace"),
      kubernetes: lab,
      stack: args.stack,
      config: {
        "berth:cluster": resolve(folder, "cluster.yaml"),
        "berth:scenario": resolve(folder, "scenario.yaml"),
        ...args.config,
      },
    });
    return new KubernetesBed(folder, lab, workspace, await allObjects(lab));
  }

  /** Changes the scenario file. */
  edit(change: (scenario: Scenario) => void): void {
    const file = join(this.folder, "scenario.yaml");
    const scenario = read(file);
    change(scenario);
    writeFileSync(file, dump(scenario));
  }

  pulumi(...args: string[]): Promise<Run> {
    return this.workspace.pulumi(args);
  }

  preview = (...args: string[]) => this.pulumi("preview", ...args);
  up = (...args: string[]) => this.pulumi("up", "--yes", "--skip-preview", ...args);
  destroy = () => this.pulumi("destroy", "--yes", "--skip-preview");

  /** Runs `./berth ARGS` for this stack. */
  berth(verb: string, ...args: string[]): Promise<Run> {
    const { stack, configFile } = this.workspace;
    return this.workspace.run(["./berth", verb, stack, "--config-file", configFile, ...args]);
  }

  kubectl(...args: string[]): Promise<string> {
    return kubectl(this.lab, args);
  }

  list<T>(...args: string[]): Promise<T[]> {
    return kubectlList(this.lab, ...args);
  }

  async outputs(): Promise<Record<string, unknown>> {
    const args = ["pulumi", "stack", "output", "--json", "--stack", this.workspace.stack] as const;
    return JSON.parse((await this.workspace.run(args)).output);
  }

  /** What the API server has that it had not when the bed was opened. */
  objects(): Promise<string[]> {
    return newObjects(this.lab, this.before);
  }

  /** Destroys what a failed test has left, then removes everything. */
  async close(): Promise<void> {
    if ((await this.objects()).length > 0) await this.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// biome-ignore lint/suspicious/noExplicitAny: each file has its own shape.
const read = (file: string): any => load(readFileSync(file, "utf8"));
