import { spawn } from "node:child_process";
import { join, posix } from "node:path";
import { codeTree } from "../components/code-tree";
import type { Reach } from "../components/reach";
import { syncArguments } from "../components/sync-arguments";
import { checkKnown } from "../topology/check-known";
import { ConfigError } from "../topology/config-error";
import { goneNodes } from "../topology/gone-nodes";
import { loadTopology } from "../topology/load-topology";
import { sshNodes } from "../topology/ssh-nodes";
import { stackFiles } from "../topology/stack-files";
import { askNode } from "./node/ask-node";
import { askNodes } from "./node/ask-nodes";
import { runOnNode } from "./node/run-on-node";
import { paint } from "./terminal/paint";

export interface DeployCodeOptions {
  configFile?: string;
  json?: boolean;
}

/** `sent`: files that the node did not have as they are here. */
type Outcome =
  | { readonly sent: readonly string[] }
  | { readonly absent: true }
  | { readonly problem: string };

/**
 * Copies a stack's code, and only that, beside what runs on its nodes: nothing is started anew, and the next update finds it there.
 * Returns the exit status: 0 every node of the stack has it, 1 one has not. Throws ConfigError.
 * @param names only these nodes; none: all on which the stack is
 */
export async function deployCode(
  stack: string,
  names: readonly string[],
  options: DeployCodeOptions,
): Promise<number> {
  const files = stackFiles(stack, options.configFile);
  const { cluster, scenario } = loadTopology(files);
  const { code } = scenario;
  if (!code) throw new ConfigError([`berth: ${stack} copies no code: ${files.scenario} has no  code`]);
  const all = sshNodes(cluster);
  const known = all.map(({ name }) => name);
  checkKnown("node", names, known);
  const gone = goneNodes(join(files.gone, cluster.name));
  const wanted = all.filter(
    ({ name }) => (names.length > 0 ? names : known).includes(name) && !gone.includes(name),
  );
  const tree = codeTree(code.localPath, code.exclude);
  const outcomes = await askNodes(wanted, stack, async ({ remoteWorkDir }, reach): Promise<Outcome> => {
    const asked = await askNode<{ stacks: { stack: string }[] }>(reach, "census", {
      work_dir: remoteWorkDir,
      stack,
      owner: "",
    });
    if ("problem" in asked) return asked;
    if (!asked.answer.stacks.some((one) => one.stack === stack)) return { absent: true };
    const folder = posix.join(remoteWorkDir.replace(/^~\/?/, ""), ".berth", stack, "code");
    return copied(reach, syncArguments(code.localPath, `${folder}/${tree.digest}`), tree.files);
  });
  if (options.json)
    console.log(JSON.stringify({ digest: tree.digest, nodes: Object.fromEntries(outcomes), gone }, null, 2));
  else print(outcomes, tree.digest, stack, names);
  const missed = ([name, one]: [string, Outcome]) =>
    "problem" in one || ("absent" in one && names.includes(name));
  return [...outcomes].some(missed) ? 1 : 0;
}

async function copied(reach: Reach, args: readonly string[], files: readonly string[]): Promise<Outcome> {
  const { status, stdout, stderr } = await runOnNode(reach, "connect", "", 20);
  if (status !== 0) return { problem: stderr.trim() };
  return new Promise((resolve) => {
    const ssh = `--rsh=ssh -F "${stdout.trim()}"`;
    const child = spawn("rsync", ["--itemize-changes", ssh, ...args], { stdio: ["pipe", "pipe", "pipe"] });
    let [listed, complaints] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk) => (listed += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk) => (complaints += chunk));
    child.stdin.on("error", () => {}).end(files.map((file) => `./${file}`).join("\0"));
    child.on("error", (error) => resolve({ problem: `rsync cannot be run here: ${error.message}` }));
    child.on("close", (code) => {
      const sent = listed.split("\n").flatMap((line) => /^<f\S+ (.+)$/.exec(line)?.[1] ?? []);
      resolve(code === 0 ? { sent } : { problem: `rsync ended with ${code}: ${complaints.trim()}` });
    });
  });
}

function print(
  outcomes: ReadonlyMap<string, Outcome>,
  digest: string,
  stack: string,
  names: readonly string[],
): void {
  const width = Math.max(0, ...[...outcomes.keys()].map(({ length }) => length));
  for (const [node, one] of outcomes) {
    const label = node.padEnd(width);
    if ("problem" in one) console.error(paint(process.stderr).red(`${label}  ${one.problem}`));
    else if ("absent" in one) {
      if (names.includes(node)) console.error(`${label}  ${stack} is not there; ./berth up brings all of it`);
    } else if (one.sent.length === 0) console.log(`${label}  has the code ${digest} already`);
    else console.log(`${label}  ${one.sent.length} files sent: ${shown(one.sent)}`);
  }
  console.log(`\nNothing was started anew; who runs keeps the code it has until  ./berth up ${stack}`);
}

function shown(files: readonly string[]): string {
  const most = 5;
  const more = files.length > most ? `, and ${files.length - most} more` : "";
  return files.slice(0, most).join(", ") + more;
}
