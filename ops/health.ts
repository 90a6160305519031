import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Reach } from "../components/reach";
import { ConfigError } from "../topology/config-error";
import { drainedNodes, drainedText } from "../topology/drained-nodes";
import type { FactsSnapshot, NodeFacts } from "../topology/facts";
import { goneNodes } from "../topology/gone-nodes";
import { loadTopology } from "../topology/load-topology";
import type { Node } from "../topology/node";
import { type SshNode, sshNodes } from "../topology/ssh-nodes";
import { stackFiles } from "../topology/stack-files";
import { askFacts, type FactsAnswer } from "./ask-facts";
import type { Answer } from "./ask-node";
import { askNodes } from "./ask-nodes";
import { lastFacts, writeFacts } from "./facts-file";
import { nodeHealth } from "./node-health";
import { paint } from "./paint";

export interface HealthOptions {
  configFile?: string;
  /** Seconds, in the place of the cluster's `health_check.grace_seconds`. */
  grace?: string;
  json?: boolean;
}

/** A node as people are told of it: what the file takes out of service is in maintenance. */
interface Report extends Omit<NodeFacts, "status"> {
  readonly status: NodeFacts["status"] | "MAINTENANCE";
  readonly facts?: FactsAnswer["facts"];
  readonly gpus?: FactsAnswer["gpus"];
  readonly unwell: FactsAnswer["unwell"];
}

/** A packet is lost now and then: silence counts from the second question on. Milliseconds between the two. */
const pause = 1000;

/**
 * Asks every node of a stack's cluster how it is and who holds what there, and writes the answers to the snapshot that the next
 * preview reads. Returns the exit status: 0 all are healthy or in maintenance and all that should run there does, 1 otherwise.
 * Throws ConfigError.
 */
export async function health(stack: string, options: HealthOptions): Promise<number> {
  const files = stackFiles(stack, options.configFile);
  const { cluster } = loadTopology(files);
  const before = lastFacts(files.facts);
  const graceSeconds = graceOf(options) ?? cluster.healthCheck.graceSeconds;
  const asked = sshNodes(cluster);
  const answers = await askNodes(asked, stack, askTwice);
  const now = new Date();
  const nodes: FactsSnapshot["nodes"] = {};
  const reports: Record<string, Report> = {};
  const drained = drainedNodes(join(files.drained, cluster.name));
  for (const { name, status } of asked) {
    const answer = answers.get(name)!;
    const facts = nodeHealth({ answer, before: before?.nodes[name], now, graceSeconds });
    nodes[name] = facts;
    const drainedFor = drained.get(name);
    const keptOut = drainedFor !== undefined ? drainedText(name, drainedFor) : byFile(status);
    reports[name] = reportOf(facts, answer, keptOut);
  }
  const snapshot: FactsSnapshot = { version: 1, taken_at: now.toISOString(), nodes };
  writeFacts(files.facts, snapshot);
  if (options.json) console.log(JSON.stringify({ ...snapshot, nodes: reports }, null, 2));
  else print(reports, files.facts, stack, goneNodes(join(files.gone, cluster.name)));
  return Object.values(reports).every(isFine) ? 0 : 1;
}

function graceOf({ grace }: HealthOptions): number | undefined {
  if (grace === undefined || /^\d{1,6}$/.test(grace)) return grace === undefined ? undefined : Number(grace);
  throw new ConfigError([`berth: --grace: expected whole seconds, such as 60, got "${grace}"`]);
}

async function askTwice(node: SshNode, reach: Reach): Promise<Answer<FactsAnswer>> {
  const first = await askFacts(node, reach);
  if (!("problem" in first)) return first;
  await sleep(pause);
  return askFacts(node, reach);
}

const byFile = (status: Node["status"]) =>
  status === "MAINTENANCE" ? "its cluster file says maintenance" : undefined;

/** @param keptOut why it is out of service; undefined: it is not */
function reportOf(facts: NodeFacts, answer: Answer<FactsAnswer>, keptOut: string | undefined): Report {
  const isKeptOut = keptOut !== undefined && facts.status !== "UNAVAILABLE";
  const reason = [keptOut, facts.reason].filter(Boolean).join("; ");
  return {
    ...facts,
    ...(isKeptOut && { status: "MAINTENANCE" }),
    ...(reason && { reason }),
    ...("answer" in answer && { facts: answer.answer.facts, gpus: answer.answer.gpus }),
    unwell: "answer" in answer ? answer.answer.unwell : [],
  };
}

function isFine({ status, unwell }: Report): boolean {
  return (status === "HEALTHY" || status === "MAINTENANCE") && unwell.length === 0;
}

function print(reports: Record<string, Report>, file: string, stack: string, gone: readonly string[]): void {
  const colors = paint(process.stdout);
  const colour = {
    HEALTHY: colors.green,
    DEGRADED: colors.yellow,
    MAINTENANCE: colors.cyan,
    UNAVAILABLE: colors.red,
  };
  const width = Math.max(...Object.keys(reports).map((name) => name.length));
  for (const [name, report] of Object.entries(reports)) {
    const { status, reason, facts, holdings, notes } = report;
    const holders = holdings.map((one) => `${one.stack}/${one.instance}`).join(", ");
    const givenUp = gone.includes(name) && fateOf(name, status, stack);
    const words = [facts && measured(facts), reason, holders, givenUp].filter(Boolean).join("; ");
    console.log(`${name.padEnd(width)}  ${colour[status](status.padEnd(11))}  ${words}`);
    for (const { stack: owner, instance, state } of report.unwell)
      console.log(
        colors.red(`${" ".repeat(width)}  ${owner}/${instance} is ${state}: see  ./berth drift ${owner}`),
      );
    for (const note of notes ?? []) console.log(colors.dim(`${" ".repeat(width)}  note: ${note}`));
  }
  console.log(`\nWritten to ${relative(process.cwd(), file)}; the next preview reads it.`);
}

function measured({ ram_bytes, mem_available_bytes, disk_free_bytes, temperature_c }: FactsAnswer["facts"]) {
  const gb = (bytes: number) => (bytes / 1e9).toFixed(1);
  return [
    `${gb(mem_available_bytes)} of ${gb(ram_bytes)} GB available`,
    `disk ${gb(disk_free_bytes)} GB free`,
    ...(temperature_c === null ? [] : [`${Math.round(temperature_c)} °C`]),
  ].join(", ");
}

const fateOf = (node: string, status: Report["status"], stack: string) =>
  status === "UNAVAILABLE"
    ? "was given up"
    : `was given up and answers again; take it back with  ./berth back ${node} ${stack}`;
