import { existsSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { ConfigError } from "./config-error";
import { didYouMean } from "./did-you-mean";
import type { TopologyFiles } from "./load-topology";
import { readShape } from "./read-shape";
import { Source } from "./source";
import { stackSchema } from "./stack";

const project = join(__dirname, "..");
/** The files a stack is made of. */
export interface StackFiles extends TopologyFiles {
  /** Snapshot of facts, which need not exist. */
  facts: string;
  /** Folder of the nodes that were given up, by cluster; it need not exist. */
  gone: string;
  /** Folder of the nodes that were drained, by cluster; it need not exist. */
  drained: string;
  /** Folder of what watches saw and did; it need not exist. */
  watch: string;
  /** Folder of what updates decided and did; it need not exist. */
  journal: string;
}

/** Where `gone` is when the stack's file does not say, from the project's directory. */
export const defaultGoneFolder = join(".berth", "gone");

/** The same of `drained`. */
export const defaultDrainedFolder = join(".berth", "drained");

/**
 * The files a stack is made of, as paths from here. Throws ConfigError for a stack that does not exist.
 * @param configFile stack file to read instead of the one in stacks/, as in `pulumi --config-file`
 */
export function stackFiles(stack: string, configFile?: string): StackFiles {
  const known = stackNames();
  if (configFile === undefined && !known.includes(stack))
    throw new ConfigError([`berth: no stack "${stack}"${didYouMean(stack, known)}`]);
  const { config } = readShape(Source.read(configFile ?? stackFile(stack)), stackSchema);
  const connections = config["berth:connections"];
  return {
    cluster: fromHere(config["berth:cluster"]),
    scenario: fromHere(config["berth:scenario"]),
    ...(connections !== undefined && { connections: fromHere(connections) }),
    facts: fromHere(config["berth:facts"] ?? defaultFactsFile(stack)),
    gone: fromHere(config["berth:gone"] ?? defaultGoneFolder),
    drained: fromHere(config["berth:drained"] ?? defaultDrainedFolder),
    watch: fromHere(config["berth:watch"] ?? join(".berth", "watch")),
    journal: fromHere(config["berth:journal"] ?? join("logs", "cluster")),
  };
}

/** The file in stacks/ that is a stack's, as a path from here. It need not exist. */
export function stackFile(stack: string): string {
  return fromHere(join("stacks", `Pulumi.${stack}.yaml`));
}

/** Where a stack's snapshot of facts lies when its file does not say, from the project's directory. */
export function defaultFactsFile(stack: string): string {
  return join(".berth", "facts", `${stack}.json`);
}

/** Names of the stacks in stacks/, sorted. */
export function stackNames(): string[] {
  const directory = join(project, "stacks");
  const files = existsSync(directory) ? readdirSync(directory) : [];
  return files.flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []).sort();
}

function fromHere(file: string): string {
  return relative(process.cwd(), resolve(project, file));
}
