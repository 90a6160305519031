import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Reach } from "../components/reach";
import type { Cluster } from "../topology/cluster";
import { drainedNodes, drainedText } from "../topology/drained-nodes";
import type { FactsSnapshot, NodeFacts } from "../topology/facts";
import { goneNodes } from "../topology/gone-nodes";
import { loadTopology } from "../topology/load-topology";
import type { Node } from "../topology/node";
import { type SshNode, sshNodes } from "../topology/ssh-nodes";
import { stackFiles } from "../topology/stack-files";
import { numberOption } from "./command/number-option";
import { lastFacts, writeFacts } from "./health/facts-file";
import { mergedFacts } from "./health/merged-facts";
import { nodeHealth } from "./health/node-health";
import { askKubernetesHealth } from "./kubernetes/ask-health";
import type { KubernetesCensus } from "./kubernetes/census";
import { kubernetesHealth } from "./kubernetes/health";
import { added, inSnapshot, podAmounts } from "./kubernetes/pod-amounts";
import { askFacts, type FactsAnswer } from "./node/ask-facts";
import type { Answer } from "./node/ask-node";
import { askNodes } from "./node/ask-nodes";
import { printHealth } from "./terminal/print-health";

export interface HealthOptions {
  configFile?: string;
  /** Seconds, in the place of the cluster's `health_check.grace_seconds`. */
  grace?: string;
  json?: boolean;
}

/** What pods may have of a node, and what all that are there ask for. */
export interface KubernetesReport {
  /** Kubernetes' name of it. */
  readonly node: string;
  readonly allocatable: NonNullable<NodeFacts["allocatable"]>;
  readonly requested: NonNullable<NodeFacts["allocatable"]>;
}

/** A node as people are told of it: what the file takes out of service is in maintenance. */
export interface HealthReport extends Omit<NodeFacts, "status" | "allocatable"> {
  readonly status: NodeFacts["status"] | "MAINTENANCE";
  readonly facts?: FactsAnswer["facts"];
  readonly gpus?: FactsAnswer["gpus"];
  readonly kubernetes?: KubernetesReport;
  readonly unwell: FactsAnswer["unwell"];
}

/** A packet is lost now and then: silence counts from the second question on. Milliseconds between the two. */
const pause = 1000;

/**
 * Asks every node of a stack's cluster, over SSH, through Kubernetes or both, how it is and who holds what there, and writes the
 * answers to the snapshot that the next preview reads. Returns the exit status: 0 all are healthy or in maintenance and all that
 * should run there does, 1 otherwise. Throws ConfigError.
 */
export async function health(stack: string, options: HealthOptions): Promise<number> {
  const files = stackFiles(stack, options.configFile);
  const { cluster } = loadTopology(files);
  const before = lastFacts(files.facts);
  const graceSeconds = graceOf(options) ?? cluster.healthCheck.graceSeconds;
  const [overSsh, kubernetes] = await Promise.all([
    askNodes(sshNodes(cluster), stack, askTwice),
    askKubernetesHealth(cluster, pause),
  ]);
  const now = new Date();
  const nodes: FactsSnapshot["nodes"] = {};
  const reports: Record<string, HealthReport> = {};
  const drained = drainedNodes(join(files.drained, cluster.name));
  for (const node of cluster.nodes) {
    const { name, kubernetesNode } = node;
    const answer = overSsh.get(name);
    const ssh = answer && nodeHealth({ answer, before: before?.nodes[name], now, graceSeconds });
    const inKubernetes =
      kubernetes &&
      kubernetesNode &&
      kubernetesHealth(
        { ...node, kubernetesNode },
        { answer: kubernetes, before, context: cluster.kubernetes!.context, now, graceSeconds },
      );
    const facts = ssh && inKubernetes ? mergedFacts(ssh, inKubernetes) : ((ssh ?? inKubernetes) as NodeFacts);
    nodes[name] = facts;
    const drainedFor = drained.get(name);
    const keptOut = drainedFor !== undefined ? drainedText(name, drainedFor) : byFile(node.status);
    reports[name] = reportOf(facts, answer, keptOut, requestedThere(kubernetes, kubernetesNode));
  }
  const snapshot: FactsSnapshot = { version: 1, taken_at: now.toISOString(), nodes };
  const unknown = unknownNodes(kubernetes, cluster);
  if (options.json)
    console.log(
      JSON.stringify({ ...snapshot, nodes: reports, ...(kubernetes && { unknown_nodes: unknown }) }, null, 2),
    );
  else printHealth({ reports, unknown, stack, gone: goneNodes(join(files.gone, cluster.name)) });
  // Last: a full disk must not keep back how the machines are.
  writeFacts(files.facts, snapshot);
  if (!options.json)
    console.log(`\nWritten to ${relative(process.cwd(), files.facts)}; the next preview reads it.`);
  return Object.values(reports).every(isFine) ? 0 : 1;
}

/** What all pods on a node ask for; undefined: nobody knows. */
function requestedThere(kubernetes: Answer<KubernetesCensus> | undefined, node: string | undefined) {
  if (node === undefined || kubernetes === undefined || "problem" in kubernetes) return undefined;
  const here = kubernetes.answer.pods.filter(({ spec }) => spec.nodeName === node);
  return { node, amounts: added(...here.map((pod) => podAmounts(pod))) };
}

function unknownNodes(kubernetes: Answer<KubernetesCensus> | undefined, { nodes }: Cluster): string[] {
  if (kubernetes === undefined || "problem" in kubernetes) return [];
  const known = nodes.map(({ kubernetesNode }) => kubernetesNode);
  return kubernetes.answer.nodes.map(({ metadata }) => metadata.name).filter((name) => !known.includes(name));
}

function graceOf({ grace }: HealthOptions): number | undefined {
  const range = { least: 0, most: 999_999, of: "seconds" };
  return grace === undefined ? undefined : numberOption("--grace", grace, range);
}

async function askTwice(node: SshNode, reach: Reach): Promise<Answer<FactsAnswer>> {
  const first = await askFacts(node, reach);
  if (!("problem" in first)) return first;
  await sleep(pause);
  return askFacts(node, reach);
}

const byFile = (status: Node["status"]) =>
  status === "MAINTENANCE" ? "its cluster file says maintenance" : undefined;

/** @param keptOut why it is out of service; undefined: it is not. @param there undefined: no node of Kubernetes, or not asked */
function reportOf(
  { allocatable, ...facts }: NodeFacts,
  answer: Answer<FactsAnswer> | undefined,
  keptOut: string | undefined,
  there: ReturnType<typeof requestedThere>,
): HealthReport {
  const isKeptOut = keptOut !== undefined && facts.status !== "UNAVAILABLE";
  const reason = [keptOut, facts.reason].filter(Boolean).join("; ");
  const said = answer && "answer" in answer ? answer.answer : undefined;
  return {
    ...facts,
    ...(isKeptOut && { status: "MAINTENANCE" }),
    ...(reason && { reason }),
    ...(said && { facts: said.facts, gpus: said.gpus }),
    ...(allocatable &&
      there && { kubernetes: { node: there.node, allocatable, requested: inSnapshot(there.amounts) } }),
    unwell: said?.unwell ?? [],
  };
}

function isFine({ status, unwell }: HealthReport): boolean {
  return (status === "HEALTHY" || status === "MAINTENANCE") && unwell.length === 0;
}
