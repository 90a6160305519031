import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ConfigError } from "../../topology/config-error";

const project = join(__dirname, "..", "..");

/** What a stack's state says of the machines. */
export interface StackState {
  /** Who the stack is to a node; undefined: it has never been started. */
  readonly owner?: string;
  /** Every instance that it knows how to end, with its node. */
  readonly known: readonly { readonly instance: string; readonly node: string }[];
  /** Every instance that was started, and what as: the node's own words. */
  readonly started: readonly {
    readonly node: string;
    readonly instance: { readonly id: string; readonly stop_grace_s?: number };
  }[];
  /** Every Ray job over SSH that ran to its end, with the node of its head. */
  readonly jobs: readonly { readonly id: string; readonly node: string }[];
  /** The code that was copied, by node, as `sync-code` reads it. */
  readonly code: Readonly<Record<string, CopiedCode>>;
  /** What KubeRay's operator was asked for. */
  readonly rayClusters: readonly WantedRayCluster[];
}

/** A RayCluster of Kubernetes as it was asked for. */
export interface WantedRayCluster {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface CopiedCode {
  readonly root: string;
  readonly exclude: readonly string[];
  readonly digest: string;
  readonly remoteDirectory: string;
}

interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: {
    readonly stdin?: unknown;
    readonly environment?: Readonly<Record<string, string>>;
    readonly [more: string]: unknown;
  };
  readonly outputs?: { readonly output?: unknown };
}

/** The environment in which Pulumi is run; asks for it once. Throws ConfigError. */
export async function pulumiSetUp(): Promise<NodeJS.ProcessEnv> {
  const { pulumiEnvironment, pulumiHome } = await import("../../tools/environment.mjs");
  if (!pulumiHome()) throw new ConfigError(["berth: Pulumi is not set up; type: npm run setup"]);
  return pulumiEnvironment();
}

/** The stacks of this project that the back end knows, and whether an update is under way. Throws ConfigError. */
export async function knownStacks(env: NodeJS.ProcessEnv): Promise<{ name: string; busy: boolean }[]> {
  const text = await pulumi(["stack", "ls", "--json", "--project", "berth"], env);
  const stacks: { name: string; updateInProgress?: boolean }[] = JSON.parse(text);
  return stacks.map(({ name, updateInProgress }) => ({
    name: name.split("/").pop()!,
    busy: updateInProgress === true,
  }));
}

/** Reads a stack's state, secrets too: they are compared on the node, and shown nowhere. Throws ConfigError. */
export async function stackState(stack: string, env: NodeJS.ProcessEnv): Promise<StackState> {
  const text = await pulumi(["stack", "export", "--stack", stack, "--show-secrets"], env);
  return readState(JSON.parse(text).deployment?.resources ?? []);
}

export function readState(resources: readonly Resource[]): StackState {
  // Others hold the tokens of Ray clusters.
  const isOwner = ({ type, urn }: Resource) => type === "pulumi:index:Stash" && urn.endsWith("::owner");
  const owner = resources.find(isOwner)?.outputs?.output;
  const commands = resources
    .filter(({ type }) => type === "command:local:Command")
    .map(({ urn, inputs }) => ({
      name: urn.split("::").pop()!,
      node: inputs?.environment?.BERTH_NODE ?? "",
      text: plain(inputs?.stdin),
    }));
  const requests = (ending: string) => commands.filter(({ name }) => name.endsWith(ending));
  return {
    ...(owner !== undefined && { owner: String(plain(owner)) }),
    known: requests("-janitor").map(({ node, text }) => ({ node, instance: requestOf(text).instance.id })),
    started: requests("-start").map(({ node, text }) => ({ node, instance: requestOf(text).instance })),
    jobs: requests("-run").map(({ node, text }) => ({ node, id: requestOf(text).job.id })),
    code: Object.fromEntries(requests("-code").map(({ node, text }) => [node, JSON.parse(String(text))])),
    rayClusters: resources
      .filter(({ type }) => type === "kubernetes:ray.io/v1:RayCluster")
      .map(({ inputs }) => inputs as unknown as WantedRayCluster),
  };
}

/** A request is a literal for the node's program: JSON of JSON. */
const requestOf = (text: unknown) => JSON.parse(JSON.parse(String(text)));

/** The engine wraps a secret, and its text is JSON again. */
function plain(value: unknown): unknown {
  const isWrapped = typeof value === "object" && value !== null && "plaintext" in value;
  return isWrapped ? JSON.parse(String(value.plaintext)) : value;
}

/** What Pulumi prints for one command that asks nothing. Throws ConfigError with its last words. */
export async function pulumi(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const more = { cwd: project, env, maxBuffer: 1 << 30 };
    return (await promisify(execFile)("pulumi", [...args, "--non-interactive"], more)).stdout;
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    const [, unknown] = /no stack named '(.+)' found/.exec(stderr) ?? [];
    if (unknown !== undefined)
      throw new ConfigError([
        `berth: nothing is known of ${unknown} in the back end; start it with  ./berth up ${unknown}, or log in where it was started`,
      ]);
    const said = stderr.trim().split("\n").at(-1) || message;
    throw new ConfigError([`berth: pulumi ${args.slice(0, 2).join(" ")}: ${said}`]);
  }
}
