import { setTimeout as sleep } from "node:timers/promises";
import type { Reach } from "../components/reach";
import { ConfigError } from "../topology/config-error";
import { didYouMean } from "../topology/did-you-mean";
import { loadTopology } from "../topology/load-topology";
import { type SshNode, sshNodes } from "../topology/ssh-nodes";
import { stackFiles } from "../topology/stack-files";
import { numberOption } from "./command/number-option";
import { memberPods, podByName, podLogs } from "./kubernetes/pod-logs";
import { type Answer, askNode } from "./node/ask-node";
import { askNodes } from "./node/ask-nodes";

export interface LogsOptions {
  configFile?: string;
  follow?: boolean;
  lines: string;
  json?: boolean;
}

interface LogAnswer {
  readonly text: string;
  readonly place: readonly [inode: number, offset: number];
  readonly runs: boolean;
  readonly modified: number | null;
}

/** A log that is read. */
interface Source {
  readonly instance: string;
  readonly node: SshNode;
  readonly reach: Reach;
  /** How far it was read, by node: it may come back to one. */
  readonly places: Map<string, LogAnswer["place"]>;
}

/** Seconds that a node waits for more before it says that there is none. */
const patience = 5;
/** Milliseconds from an answer to the next question, so that a chatty log does not cost a request per line. */
const pause = 500;

/**
 * Prints the last lines of the log of an instance or a Ray job from wherever it runs, or ran last, or of all instances on a node. With `follow` also
 * what comes, until Ctrl-C or until nobody reads it, over rotations, lost connections and moves. Returns the exit status: 0 there is a log,
 * 1 there is none or nobody answered. Throws ConfigError.
 */
export async function logs(stack: string, name: string, options: LogsOptions): Promise<number> {
  const lines = numberOption("--lines", options.lines, { least: 0, most: 999_999, of: "lines" });
  // Nobody reads any more, as `head` that has seen enough.
  if (options.follow) process.stdout.once("error", () => process.exit());
  const { cluster, scenario } = loadTopology(stackFiles(stack, options.configFile));
  const ids = [...scenario.instances.map(({ id }) => id), ...scenario.rayJobs.map((job) => job.name)];
  const pods = memberPods(scenario.rayClusters);
  const pod =
    pods.find((one) => one.name === name) ??
    (ids.includes(name) ? undefined : podByName(scenario.rayClusters, name));
  if (pod) return podLogs(cluster, pod, options);
  const names = [...sshNodes(cluster), ...pods].map((one) => one.name);
  if (!names.includes(name) && cluster.nodes.some((node) => node.name === name)) {
    const there = pods.length > 0 ? pods.map((one) => one.name).join(", ") : "none in this scenario";
    throw new ConfigError([
      `berth: ${name} is reached through Kubernetes only; name a Ray cluster there, or a member: ${there}`,
    ]);
  }
  if (![...ids, ...names].includes(name))
    throw new ConfigError([
      `berth: no instance, Ray job or node "${name}"${didYouMean(name, [...ids, ...names])}`,
    ]);
  const isInstance = ids.includes(name);
  const machines = sshNodes(cluster);
  const nodes = isInstance ? machines : machines.filter((node) => node.name === name);
  const wanted = isInstance ? [name] : await instancesOn(nodes, stack);
  const prefixed = !isInstance && wanted.length > 1;
  const sources = await Promise.all(wanted.map((id) => firstAnswer(id, nodes, stack, lines)));
  const found = sources.filter((source) => source !== undefined);
  for (const source of found) print(source, source.answer.text, prefixed, options);
  if (options.follow) await Promise.all(found.map((source) => followed(source, nodes, prefixed, options)));
  return found.length > 0 ? 0 : 1;
}

async function instancesOn(nodes: readonly SshNode[], stack: string): Promise<string[]> {
  const answers = await askNodes(nodes, stack, ({ remoteWorkDir }, reach) =>
    askNode<{ instances?: { id: string }[] }>(reach, "status", { work_dir: remoteWorkDir, stack, owner: "" }),
  );
  const [[node, answer]] = [...answers] as [[string, Answer<{ instances?: { id: string }[] }>]];
  if ("problem" in answer) console.error(answer.problem);
  else if (!answer.answer.instances?.length) console.error(`berth: nothing of ${stack} is on ${node}`);
  return "problem" in answer ? [] : (answer.answer.instances ?? []).map(({ id }) => id);
}

/** Finds the log: where the instance runs, else the youngest one. */
async function firstAnswer(instance: string, nodes: readonly SshNode[], stack: string, lines: number) {
  const { sources, problems } = await asked(instance, nodes, stack, lines);
  for (const problem of problems) console.error(problem);
  const places = new Map(sources.map(({ node, answer }) => [node.name, answer.place]));
  const found = youngest(sources);
  if (found) return { ...found, places };
  console.error(`berth: ${instance} has no log on ${nodes.map(({ name }) => name).join(", ")}`);
  return undefined;
}

async function asked(instance: string, nodes: readonly SshNode[], stack: string, lines: number) {
  const answers = await askNodes(nodes, stack, async (node, reach) => ({
    node,
    reach,
    said: await ask(instance, node, reach, { lines }),
  }));
  return {
    sources: [...answers.values()].flatMap(({ node, reach, said }) =>
      "answer" in said ? [{ instance, node, reach, answer: said.answer }] : [],
    ),
    problems: [...answers.values()].flatMap(({ said }) => ("problem" in said ? [said.problem] : [])),
  };
}

const youngest = <Found extends { readonly answer: LogAnswer }>(sources: readonly Found[]) =>
  sources
    .filter(({ answer }) => answer.modified !== null)
    .sort(
      (a, b) => Number(b.answer.runs) - Number(a.answer.runs) || b.answer.modified! - a.answer.modified!,
    )[0];

function ask(instance: string, node: SshNode, reach: Reach, fields: object): Promise<Answer<LogAnswer>> {
  const request = { work_dir: node.remoteWorkDir, stack: reach.stack, owner: "", instance: { id: instance } };
  return askNode(reach, "logs", { ...request, ...fields });
}

/** Never returns. */
async function followed(
  source: Source,
  nodes: readonly SshNode[],
  prefixed: boolean,
  options: LogsOptions,
): Promise<never> {
  let [at, complained] = [source, ""];
  for (;;) {
    const after = at.places.get(at.node.name) ?? [0, 0];
    const said = await ask(at.instance, at.node, at.reach, { after, wait_s: patience });
    if ("problem" in said) {
      if (said.problem !== complained) console.error(said.problem);
      complained = said.problem;
    } else {
      complained = "";
      print(at, said.answer.text, prefixed, options);
      at.places.set(at.node.name, said.answer.place);
    }
    const isOver = "problem" in said || (!said.answer.runs && said.answer.text === "");
    if (isOver && nodes.length > 1) at = await whereItRuns(at, nodes);
    await sleep(pause);
  }
}

/** It may have moved. */
async function whereItRuns(at: Source, nodes: readonly SshNode[]): Promise<Source> {
  const others = nodes.filter((node) => node !== at.node);
  const { sources } = await asked(at.instance, others, at.reach.stack, 0);
  const found = youngest(sources);
  if (!found?.answer.runs) return at;
  console.error(`berth: ${at.instance} runs on ${found.node.name} now`);
  return { ...found, places: at.places };
}

function print(
  { instance, node }: Pick<Source, "instance" | "node">,
  text: string,
  prefixed: boolean,
  { json }: LogsOptions,
): void {
  if (!json && !prefixed) process.stdout.write(text);
  else
    for (const line of text.split("\n").slice(0, text.endsWith("\n") ? -1 : undefined))
      if (json) console.log(JSON.stringify({ node: node.name, instance, line }));
      else console.log(`${instance}  ${line}`);
}
