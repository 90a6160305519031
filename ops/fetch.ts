import { existsSync, mkdirSync } from "node:fs";
import { join, posix } from "node:path";
import type { Reach } from "../components/reach";
import { checkKnown } from "../topology/check-known";
import { goneNodes } from "../topology/gone-nodes";
import { loadTopology } from "../topology/load-topology";
import { type SshNode, sshNodes } from "../topology/ssh-nodes";
import { stackFiles } from "../topology/stack-files";
import { askNode } from "./node/ask-node";
import { askNodes } from "./node/ask-nodes";
import { copyFromNode } from "./node/copy-from-node";
import { setFormerRunAside } from "./node/former-run";
import { paint } from "./terminal/paint";

export interface FetchOptions {
  configFile?: string;
  to: string;
  json?: boolean;
}

interface Snapshot {
  readonly logs?: boolean;
  /** What is there from the first start until a purge; null: nothing is, or its disk is full. */
  readonly run?: string | null;
  readonly folder: string;
  /** Databases that were copied as of one moment, by path below `logs`. */
  readonly copied: readonly string[];
  /** Those that were not, and why: they come as they are. */
  readonly as_it_is: Readonly<Record<string, string>>;
}

interface Fetched {
  readonly files: number;
  readonly bytes: number;
  readonly databases: readonly string[];
  readonly as_it_is?: Readonly<Record<string, string>>;
  /** Where that is by now which a former run had left here. */
  readonly former?: string;
  readonly problem?: string;
}

/** Seconds that a node may take to copy its databases. */
const snapshotSeconds = 600;

/**
 * Copies what a stack has left for people from all its nodes to a folder of this computer, one folder for each node. Databases come
 * as of one moment although they are being written. Nothing here is deleted, and what a run before a purge has left here is put
 * beside what comes now. Returns the exit status: 0 all nodes gave what they
 * have, 1 one did not. Throws ConfigError.
 * @param instances only their logs and folders; none: everything
 */
export async function fetch(
  stack: string,
  instances: readonly string[],
  options: FetchOptions,
): Promise<number> {
  const files = stackFiles(stack, options.configFile);
  const { cluster, scenario } = loadTopology(files);
  const known = [...scenario.instances.map(({ id }) => id), ...scenario.rayJobs.map(({ name }) => name)];
  checkKnown("instance or Ray job", instances, known);
  const to = options.to.replace("<stack>", stack);
  const gone = goneNodes(join(files.gone, cluster.name));
  const nodes = sshNodes(cluster).filter(({ name }) => !gone.includes(name));
  const progress = new Progress(nodes.length, options.json !== true && process.stderr.isTTY === true);
  const fetched = await askNodes(nodes, stack, async (node, reach) => {
    const one = await fetchFrom(node, reach, stack, instances, join(to, node.name), (bytes) =>
      progress.file(bytes),
    );
    progress.node();
    return one;
  });
  progress.end();
  if (options.json) console.log(JSON.stringify({ to, nodes: Object.fromEntries(fetched), gone }, null, 2));
  else print(fetched, to, gone, stack);
  return [...fetched.values()].every(({ problem }) => problem === undefined) ? 0 : 1;
}

async function fetchFrom(
  node: SshNode,
  reach: Reach,
  stack: string,
  instances: readonly string[],
  to: string,
  onFile: (bytes: number) => void,
): Promise<Fetched> {
  const request = { work_dir: node.remoteWorkDir, stack, owner: "" };
  const asked = await askNode<Snapshot>(reach, "snapshot", request, snapshotSeconds);
  if ("problem" in asked) return { files: 0, bytes: 0, databases: [], problem: asked.problem };
  const { logs, run, folder, copied, as_it_is } = asked.answer;
  const all = posix.join(node.remoteWorkDir.replace(/^~\/?/, "") || ".", "logs");
  const copies: (readonly [from: string, to: string, rules: readonly string[]])[] = [];
  const own = copied
    .filter((name) => name.startsWith(`${stack}/`))
    .map((name) => name.slice(stack.length + 1));
  if (logs) copies.push([posix.join(all, stack), join(to, stack), rulesFor(own, instances)]);
  if (copied.length > 0) copies.push([posix.join(all, folder), to, []]);
  // A database that could not be copied whole is better than none.
  for (const name of Object.keys(as_it_is).filter((one) => !one.startsWith(`${stack}/`)))
    copies.push([all, to, [`--include=/${name}`, "--exclude=*"]]);
  // What was fetched before a purge stays as it is, as long as nothing new is there.
  const isPurged = !logs && existsSync(join(to, stack, ".fetched"));
  if (isPurged) copies.length = 0;
  const result = {
    files: 0,
    bytes: 0,
    databases: isPurged ? [] : copied,
    ...(Object.keys(as_it_is).length > 0 && { as_it_is }),
  };
  let problem: string | undefined;
  let former: string | undefined;
  if (logs) {
    try {
      former = setFormerRunAside(to, stack, run ?? "");
    } catch (error) {
      problem = `what a former run left in ${to} cannot be put aside: ${(error as Error).message}`;
      copies.length = 0;
    }
  }
  for (const [from, place, rules] of copies) {
    mkdirSync(place, { recursive: true });
    const copied = await copyFromNode(reach, from, place, rules, onFile);
    result.files += copied.files;
    result.bytes += copied.bytes;
    problem = copied.problem;
    if (problem) break;
  }
  // Whatever came of it: the node's disk is not for copies of its databases.
  await askNode(reach, "snapshot", { ...request, done: true });
  return { ...result, ...(former && { former }), ...(problem && { problem }) };
}

/** What of a stack's folder comes: not the databases themselves, whose copies do. */
function rulesFor(databases: readonly string[], instances: readonly string[]): string[] {
  const literal = (path: string) => path.replace(/[[\]*?\\]/g, "\\$&");
  const excluded = [".fetched", ...databases].flatMap((path) =>
    ["", "-wal", "-shm", "-journal"].map((suffix) => `--exclude=/${literal(path)}${suffix}`),
  );
  if (instances.length === 0) return excluded;
  const included = instances.flatMap((id) => [`--include=/${id}.*`, `--include=/${id}/***`]);
  return [...excluded, ...included, "--exclude=*"];
}

/** A line that is written over, on a terminal only. */
class Progress {
  private files = 0;
  private bytes = 0;
  private done = 0;

  constructor(
    private readonly nodes: number,
    private readonly shown: boolean,
  ) {}

  file(bytes: number): void {
    this.files += 1;
    this.bytes += bytes;
    this.show();
  }

  node(): void {
    this.done += 1;
    this.show();
  }

  end(): void {
    if (this.shown) process.stderr.write("\r\u001b[K");
  }

  private show(): void {
    const text = `${this.done} of ${this.nodes} nodes, ${this.files} files, ${megabytes(this.bytes)}`;
    if (this.shown) process.stderr.write(`\r\u001b[K${text}`);
  }
}

function print(
  fetched: ReadonlyMap<string, Fetched>,
  to: string,
  gone: readonly string[],
  stack: string,
): void {
  const width = Math.max(0, ...[...fetched.keys()].map(({ length }) => length));
  for (const [node, { files, bytes, databases, as_it_is = {}, former, problem }] of fetched) {
    const copied = databases.length > 0 ? `; as of one moment: ${databases.join(", ")}` : "";
    if (!problem || files > 0)
      console.log(`${node.padEnd(width)}  ${files} new or changed files, ${megabytes(bytes)}${copied}`);
    for (const [name, why] of Object.entries(as_it_is))
      console.error(
        paint(process.stderr).yellow(`${node}: ${name} is copied as it is, and may be torn: ${why}`),
      );
    if (former) console.log(`${node}: what was fetched of a run before a purge is in ${former} now`);
    if (problem) console.error(paint(process.stderr).red(`${node}: ${problem}`));
  }
  for (const node of gone)
    console.error(`${node} was given up and is not asked; once it answers:  ./berth back ${node} ${stack}`);
  console.log(`\nIn ${to}; nothing there was deleted.`);
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
