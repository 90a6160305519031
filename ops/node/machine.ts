import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Reach } from "../../components/reach";
import { sshAccess } from "../../components/ssh-access";
import { ConfigError } from "../../topology/config-error";
import { didYouMean } from "../../topology/did-you-mean";
import { name as nodeName } from "../../topology/fields";
import { goneNodes } from "../../topology/gone-nodes";
import { loadCluster } from "../../topology/load-cluster";
import { defaultDrainedFolder, defaultGoneFolder, stackFiles, stackNames } from "../../topology/stack-files";
import { overSsh } from "./over-ssh";

/** Which cluster a node is meant to belong to. */
export interface MachineOptions {
  cluster?: string;
  connections?: string;
  configFile?: string;
  /** Also a node that the cluster file does not name any more. */
  force?: boolean;
}

/** A node as `./berth gone`, `back`, `drain` and `undrain` see it. */
export interface Machine {
  readonly name: string;
  /** The folder that is there while it is given up. */
  readonly folder: string;
  /** The file that is there while it is drained. */
  readonly drained: string;
  /** What `./berth gone` has to be told besides the node. */
  readonly stack: string;
  /** The cluster file that names it. */
  readonly cluster: string;
  /** How it is reached; undefined once the cluster file does not name it any more. Throws ConfigError. */
  readonly reach: (() => Reach) | undefined;
}

interface Machines {
  readonly stack: string;
  readonly cluster: string;
  readonly connections?: string | undefined;
  readonly gone: string;
  readonly drained: string;
}

/**
 * The machine that a node's name means: in the cluster of `stack`, in the cluster file of the options, or, with neither, in the
 * one cluster of this project that has such a node. Throws ConfigError.
 */
export function machineOf(node: string, stack: string | undefined, options: MachineOptions): Machine {
  const machines = machinesOf(node, stack, options);
  const cluster = loadCluster(machines.cluster, machines.connections);
  const clusterFolder = join(machines.gone, cluster.name);
  const described = cluster.nodes.find(({ name }) => name === node);
  const known = [...cluster.nodes.map(({ name }) => name), ...goneNodes(clusterFolder)];
  // It becomes the name of a folder.
  if (!nodeName.safeParse(node).success) throw new ConfigError([`berth: no node can be called "${node}"`]);
  if (!known.includes(node) && !options.force)
    throw new ConfigError([
      `berth: no node "${node}" in ${machines.cluster}${didYouMean(node, known)}; to give up one that was there once, add --force`,
    ]);
  const reach = () => ({
    node,
    stack: machines.stack,
    access: sshAccess({ [node]: overSsh(described!).connection }).get(node)!,
    gone: "",
  });
  return {
    name: node,
    folder: join(clusterFolder, node),
    drained: join(machines.drained, cluster.name, node),
    stack: machines.stack,
    cluster: machines.cluster,
    reach: described && reach,
  };
}

function machinesOf(node: string, stack: string | undefined, options: MachineOptions): Machines {
  if (stack !== undefined && options.cluster !== undefined)
    throw new ConfigError(["berth: name a stack or --cluster, not both"]);
  if (stack !== undefined) return { stack, ...stackFiles(stack, options.configFile) };
  if (options.cluster !== undefined) {
    const { cluster, connections } = options;
    return {
      stack: `--cluster ${cluster}`,
      cluster,
      connections,
      gone: defaultGoneFolder,
      drained: defaultDrainedFolder,
    };
  }
  const all = stackNames().map((name): Machines => ({ stack: name, ...stackFiles(name) }));
  const found = all.filter((files) => namesIn(files).includes(node));
  const places = new Set(found.map(({ cluster, gone }) => JSON.stringify([cluster, gone])));
  if (places.size === 1) return found[0]!;
  throw new ConfigError([
    places.size === 0
      ? `berth: no node "${node}" in any stack of stacks/${didYouMean(node, all.flatMap(namesIn))}; of another cluster, name the file with --cluster`
      : `berth: which ${node}? Name a stack: ${found.map(({ stack: name }) => name).join(", ")}`,
  ]);
}

/** The nodes of a cluster. A file with mistakes has none here; whoever names it hears of them. */
function namesIn({ cluster, gone }: Machines): string[] {
  if (!existsSync(cluster)) return [];
  try {
    const { name, nodes } = loadCluster(cluster);
    return [...nodes.map((one) => one.name), ...goneNodes(join(gone, name))];
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}
