import { join } from "node:path";
import { nodeRequest } from "../components/node-program";
import { ownerHere } from "../components/owner-here";
import type { Reach } from "../components/reach";
import { goneNodes } from "../topology/gone-nodes";
import { loadTopology } from "../topology/load-topology";
import { type SshNode, sshNodes } from "../topology/ssh-nodes";
import { stackFiles } from "../topology/stack-files";
import { askCensus } from "./node/ask-census";
import { askNodes } from "./node/ask-nodes";
import { type Orphan, orphans } from "./node/orphans";
import { runOnNode } from "./node/run-on-node";
import { knownStacks, pulumiSetUp, type StackState, stackState } from "./stack/state";
import { paint } from "./terminal/paint";

export interface SweepOptions {
  configFile?: string;
  yes?: boolean;
  /** An owner whose state is lost. */
  owner?: string;
  json?: boolean;
}

const project = join(__dirname, "..");
/** Seconds that ending may take on a node. */
const deadline = 180;

/**
 * Shows what Berth has left on the nodes of a stack's cluster that no stack of the back end owns, whichever stack it was of; with
 * `yes` ends it. What other coordinators own is shown and left alone. Returns the exit status: 0 nothing of that kind is left,
 * 1 something is, or a node did not answer. Throws ConfigError.
 */
export async function sweep(stack: string, options: SweepOptions): Promise<number> {
  const files = stackFiles(stack, options.configFile);
  const { cluster } = loadTopology(files);
  const gone = goneNodes(join(files.gone, cluster.name));
  const env = await pulumiSetUp();
  const nodes = sshNodes(cluster).filter(({ name }) => !gone.includes(name));
  // First what is there, then what should be: of an update that ends in between, the state has all that was seen.
  const seen = await askNodes(nodes, stack, (node, reach) => askCensus(node, reach, []));
  const known = await knownStacks(env);
  const states = new Map<string, StackState>();
  for (const { name, busy } of known) if (!busy) states.set(name, await stackState(name, env));
  // One that began while the states were read has changed them.
  const all = [...known, ...(await knownStacks(env))];
  const busy = [...new Set(all.filter((one) => one.busy).map(({ name }) => name))];
  const isBusy = (name: string) => busy.includes(name);
  const answers = await askNodes(nodes, stack, async (node, reach) => {
    const said = seen.get(node.name)!;
    if ("problem" in said) return { problem: said.problem };
    const stacks = said.answer.stacks.filter((one) => !isBusy(one.stack));
    const found = orphans(node.name, stacks, states, ownerHere(project), options.owner);
    const left: Left[] = [];
    // One after the other: a node serves one change at a time.
    for (const orphan of found)
      left.push({
        ...orphan,
        problem: options.yes && !orphan.foreign ? await end(orphan, node, reach) : undefined,
      });
    return { left };
  });
  const found = [...answers.values()].flatMap((answer) => answer.left ?? []);
  const problems = [...answers.values()].flatMap(({ problem }) => problem ?? []);
  if (options.json)
    console.log(JSON.stringify({ found, problems, busy, gone, ended: options.yes === true }, null, 2));
  else print(stack, found, problems, busy, gone, options.yes === true);
  const isLeft = found.some(({ foreign, problem }) => !foreign && (!options.yes || problem !== undefined));
  return isLeft || problems.length > 0 || busy.length > 0 ? 1 : 0;
}

/** `problem`: why it could not be ended. */
type Left = Orphan & { readonly problem: string | undefined };

async function end(
  { stack, instance, cluster, owner }: Orphan,
  node: SshNode,
  reach: Reach,
): Promise<string | undefined> {
  const request = { deadline_s: deadline, work_dir: node.remoteWorkDir, stack, owner: owner ?? "" };
  const [verb, what] =
    cluster !== undefined
      ? ["ray-job-stop", { job: { id: instance, cluster } }]
      : instance !== undefined
        ? ["stop", { instance: { id: instance } }]
        : ["purge", { purge: false }];
  const { status, stderr } = await runOnNode(reach, verb, nodeRequest({ ...request, ...what }), deadline);
  return status === 0 ? undefined : stderr.trim() || `ended with ${status}`;
}

function print(
  stack: string,
  found: readonly Left[],
  problems: readonly string[],
  busy: readonly string[],
  gone: readonly string[],
  ended: boolean,
): void {
  const colors = paint(process.stdout);
  const own = found.filter(({ foreign }) => !foreign);
  for (const orphan of found) {
    const { node, instance, owner, processes, why, foreign, problem } = orphan;
    const what = instance ? `${orphan.stack}/${instance}` : `all of ${orphan.stack} (${count(processes)})`;
    const fate = foreign
      ? "left alone"
      : problem
        ? "not ended"
        : ended
          ? "ended; logs and results are kept"
          : "";
    console.log(`${node}: ${colors.yellow(what)}: ${why}${fate && `; ${fate}`}`);
    if (problem) console.error(paint(process.stderr).red(problem));
    if (foreign)
      console.log(
        `  destroy it from there; if that state is lost:  ./berth sweep ${stack} --owner '${owner}' --yes`,
      );
  }
  if (own.length === 0) console.log("nothing on the nodes is without a stack that owns it");
  else if (!ended)
    console.log(`\nNothing was ended. To end what is not left alone:  ./berth sweep ${stack} --yes`);
  for (const problem of problems) console.error(paint(process.stderr).red(problem));
  for (const name of busy)
    console.error(`an update of ${name} is under way; what it has on the nodes is not looked at`);
  for (const node of gone)
    console.error(`${node} was given up and is not asked; once it answers:  ./berth back ${node} ${stack}`);
}

const count = (processes: number) => `${processes} ${processes === 1 ? "process" : "processes"}`;
