import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { dump } from "js-yaml";
import { loadCluster } from "../topology/load-cluster";
import type { Node } from "../topology/node";
import { sshNodes } from "../topology/ssh-nodes";
import { type IsolatedLabArgs, isolatedLabDown, isolatedLabUp, nodeOf } from "./isolated/isolated-lab";
import type { Machine } from "./isolated/machine";
import { runningSshd, startSshd, stopSshd } from "./sshd";

/** A laptop-sized stand-in for the machines of a cluster file: one SSH server per node, each with a folder of its own. */
export interface Lab {
  /** Cluster file the machines were taken from. */
  readonly cluster: string;
  /** The overlay that sends a stack here instead of to the real machines: config `berth:connections`. */
  readonly connections: string;
  readonly nodes: readonly LabNode[];
  /** Of a lab whose nodes are namespaces: the machines behind them. */
  readonly isolated?: readonly Machine[];
}

export interface LabNode {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** The node's `remote_work_dir`. */
  readonly workDir: string;
  /** The same folder as this computer sees it. */
  readonly files: string;
  readonly running: boolean;
}

/** What a lab node says of itself where an unprivileged one cannot show it; facts in the words of the node's supervisor. */
export interface DeclaredFacts {
  ram_bytes: number;
  cpu_cores?: number;
  arch?: string;
}

/**
 * Starts the machines of a cluster file as SSH servers on loopback addresses; what runs already is left alone.
 * `declare` can make a node lie about itself, to see it refused. @default each is what the cluster file says
 */
export async function labUp(
  directory: string,
  cluster: string,
  declare: (node: Node) => DeclaredFacts = describedFacts,
): Promise<Lab> {
  const root = resolve(directory);
  refuseOtherKind(root, false);
  const nodes = sshNodes(loadCluster(cluster));
  const connections: Record<string, unknown> = {};
  const up: LabNode[] = [];
  for (const [index, node] of nodes.entries()) {
    const [folder, address] = [nodeFolder(root, node.name), loopback(index)];
    const [facts, workDir] = [join(folder, "facts.json"), join(folder, "work")];
    mkdirSync(workDir, { recursive: true });
    writeFileSync(facts, JSON.stringify(declare(node)));
    const previous = readLab(root)?.nodes.find(({ name, running }) => name === node.name && running);
    if (previous) await stopSshd(join(folder, "sshd"));
    const sshd = await startSshd({
      directory: join(folder, "sshd"),
      address,
      port: previous?.port,
      options: [`SetEnv "BERTH_LAB_FACTS=${facts}"`],
    });
    connections[node.name] = {
      host: address,
      ssh_port: sshd.port,
      ssh_user: userInfo().username,
      ssh_key_path: sshd.keyPath,
      host_key: sshd.hostKey,
      remote_work_dir: workDir,
    };
    up.push({ name: node.name, address, port: sshd.port, workDir, files: workDir, running: true });
  }
  const lab: Lab = { cluster, connections: join(root, "connections.yaml"), nodes: up };
  writeFileSync(lab.connections, dump({ nodes: connections }));
  writeFileSync(labFile(root), JSON.stringify(lab, undefined, 2));
  return lab;
}

/** As `labUp`, with nodes that are namespaces: they can be cut, killed, filled. Needs root. */
export async function labUpIsolated(
  directory: string,
  cluster: string,
  args: IsolatedLabArgs = {},
): Promise<Lab> {
  refuseOtherKind(directory, true);
  const lab = await isolatedLabUp(directory, cluster, args);
  writeFileSync(labFile(resolve(directory)), JSON.stringify(lab, undefined, 2));
  return lab;
}

function refuseOtherKind(directory: string, isolated: boolean): void {
  const lab = readLab(directory);
  if (lab && (lab.isolated !== undefined) !== isolated)
    throw new Error(
      `${directory} holds a lab ${isolated ? "of loopback addresses" : "of isolated nodes"}; end it first:  npm run lab -- down`,
    );
}

/** The lab in `directory` as it is now; `undefined` when there is none. */
export function readLab(directory: string): Lab | undefined {
  const root = resolve(directory);
  if (!existsSync(labFile(root))) return undefined;
  const lab: Lab = JSON.parse(readFileSync(labFile(root), "utf8"));
  if (lab.isolated) return { ...lab, nodes: lab.isolated.map(nodeOf) };
  const isRunning = (name: string) => runningSshd(join(nodeFolder(root, name), "sshd")) !== undefined;
  return { ...lab, nodes: lab.nodes.map((node) => ({ ...node, running: isRunning(node.name) })) };
}

/** Stops the SSH servers and removes the lab's folder, with everything on its nodes. No lab is success. */
export async function labDown(directory: string): Promise<void> {
  const root = resolve(directory);
  const lab = readLab(root);
  for (const { name } of lab?.isolated ? [] : (lab?.nodes ?? []))
    await stopSshd(join(nodeFolder(root, name), "sshd"));
  await isolatedLabDown(root);
  rmSync(root, { recursive: true, force: true });
}

const labFile = (root: string) => join(root, "lab.json");
const nodeFolder = (root: string, node: string) => join(root, "nodes", node);
const loopback = (index: number) => `127.0.${Math.floor((index + 11) / 256)}.${(index + 11) % 256}`;
const describedFacts = (node: Node): DeclaredFacts => ({
  ram_bytes: node.ramBytes,
  cpu_cores: node.cpuCores,
  arch: node.arch,
});
