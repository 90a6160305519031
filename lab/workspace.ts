import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { dump, load } from "js-yaml";
import type { KubernetesLab } from "./kubernetes/kubernetes-lab";
import type { Lab } from "./lab";

export interface WorkspaceArgs {
  /** Folder for the state and the copies of stack files; nothing is written anywhere else. */
  readonly directory: string;
  /** Machines of SSH to send it to. @default none: nothing of it is on them */
  readonly lab?: Lab;
  /** Kubernetes to send it to, the cluster file's `kubernetes` must not name a kubeconfig. @default none */
  readonly kubernetes?: KubernetesLab;
  /** A stack of `stacks/`, e.g. "hive-cluster". */
  readonly stack: string;
  /** Stack configuration that differs from the stack's file, e.g. `{"berth:scenario": "other.yaml"}`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What the state's secrets are encrypted with. @default "lab" */
  readonly passphrase?: string | undefined;
}

/** What a run of the engine printed, and how it ended. */
export interface Run {
  readonly status: number | null;
  readonly output: string;
}

/**
 * A stack of this project run against a lab: its own state, its own copy of the stack file, the committed files untouched.
 * Made with `openWorkspace`.
 */
export class Workspace {
  constructor(
    readonly stack: string,
    /** The copy of the stack file, for `--config-file`. */
    readonly configFile: string,
    readonly env: NodeJS.ProcessEnv,
  ) {}

  /** Runs `pulumi ARGS` for this stack, without questions; `onLine` sees each line as it comes. */
  pulumi(args: readonly string[], onLine: (line: string) => void = () => {}): Promise<Run> {
    return finished(this.start(args), onLine);
  }

  /** Starts `pulumi ARGS` for this stack and leaves the process to the caller. */
  start(args: readonly string[]): ChildProcess {
    const own = [
      "--stack",
      this.stack,
      "--config-file",
      this.configFile,
      "--non-interactive",
      "--color",
      "never",
    ];
    return spawn("pulumi", [...args, ...own], { env: this.env, stdio: ["ignore", "pipe", "pipe"] });
  }

  /** Runs a command of this project in the same environment. */
  run(
    [program, ...args]: readonly [string, ...string[]],
    onLine: (line: string) => void = () => {},
  ): Promise<Run> {
    return finished(spawn(program, args, { env: this.env, stdio: ["ignore", "pipe", "pipe"] }), onLine);
  }
}

/** The shell file in a workspace's folder that makes `pulumi` this project's, with the workspace's state. */
const environmentFile = (directory: string) => join(directory, "environment.sh");

/** What to type in this project to destroy a stack of a workspace. */
export function destroyCommand(directory: string, stack: string): string {
  const config = join(directory, `Pulumi.${stack}.yaml`);
  return `. ${environmentFile(directory)} && ./berth destroy ${stack} --config-file ${config}`;
}

function writeEnvironment(file: string, env: NodeJS.ProcessEnv): void {
  const wanted = (name: string) =>
    name.startsWith("PULUMI_") || ["PATH", "BERTH_STANDINS", "KUBECONFIG"].includes(name);
  const lines = Object.entries(env).filter(([name]) => wanted(name));
  const quoted = (value = "") => `'${value.replaceAll("'", "'\\''")}'`;
  writeFileSync(file, lines.map(([name, value]) => `export ${name}=${quoted(value)}\n`).join(""), {
    mode: 0o600,
  });
}

/** Prepares the folder and makes sure that the stack exists. Throws with the engine's words when it cannot be made. */
export async function openWorkspace(args: WorkspaceArgs): Promise<Workspace> {
  const directory = resolve(args.directory);
  const [state, configFile] = [join(directory, "state"), join(directory, `Pulumi.${args.stack}.yaml`)];
  mkdirSync(state, { recursive: true, mode: 0o700 });
  writeConfig(
    configFile,
    {
      ...(args.lab && { "berth:connections": args.lab.connections }),
      "berth:facts": join(directory, `${args.stack}.facts.json`),
      "berth:gone": join(directory, "gone"),
      "berth:drained": join(directory, "drained"),
      "berth:watch": join(directory, "watch"),
      "berth:journal": join(directory, "journal"),
      ...args.config,
    },
    `stacks/Pulumi.${args.stack}.yaml`,
  );
  const { pulumiEnvironment } = await import("../tools/environment.mjs");
  const env = pulumiEnvironment({
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: args.passphrase ?? "lab",
    ...(args.kubernetes && { KUBECONFIG: args.kubernetes.kubeconfig }),
  });
  writeEnvironment(environmentFile(args.directory), env);
  const workspace = new Workspace(args.stack, configFile, env);
  // In the project itself `stack init` would write the encryption salt into the committed stack file.
  writeFileSync(join(directory, "Pulumi.yaml"), "name: berth\nruntime: nodejs\n");
  const init = [
    "pulumi",
    "stack",
    "init",
    args.stack,
    "--no-select",
    "--non-interactive",
    "--cwd",
    directory,
  ] as const;
  const { status, output } = await workspace.run(init);
  if (status !== 0 && !/already exists|currently locked/.test(output))
    throw new Error(`the stack ${args.stack} cannot be made:\n${output}`);
  return workspace;
}

/** The stack's own file with `config` on top; the encryption salt of an earlier copy is kept, its secrets need it. */
function writeConfig(file: string, config: Readonly<Record<string, unknown>>, source: string): void {
  const read = (path: string) =>
    (load(readFileSync(path, "utf8")) ?? {}) as { config?: object; encryptionsalt?: string };
  const salt = existsSync(file) ? read(file).encryptionsalt : undefined;
  const original = read(source);
  writeFileSync(
    file,
    dump({ ...(salt && { encryptionsalt: salt }), config: { ...original.config, ...config } }),
  );
}

function finished(child: ChildProcess, onLine: (line: string) => void): Promise<Run> {
  return new Promise((resolve, reject) => {
    let [output, tail] = ["", ""];
    const take = (chunk: string) => {
      output += chunk;
      const lines = (tail + chunk).split("\n");
      tail = lines.pop()!;
      lines.forEach(onLine);
    };
    child.stdout!.setEncoding("utf8").on("data", take);
    child.stderr!.setEncoding("utf8").on("data", take);
    child.on("error", reject);
    child.on("close", (status) => {
      if (tail) onLine(tail);
      resolve({ status, output });
    });
  });
}
