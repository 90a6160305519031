import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Reach } from "../components/reach";
import { sshAccess } from "../components/ssh-access";
import type { FactsSnapshot, NodeFacts } from "../topology/facts";
import { goneNodes } from "../topology/gone-nodes";
import { loadTopology } from "../topology/load-topology";
import type { Node } from "../topology/node";
import { stackFiles } from "../topology/stack-files";
import { type Answer, askNode } from "./ask-node";

export interface FactsOptions {
  configFile?: string;
  json?: boolean;
}

interface FactsAnswer {
  readonly facts: { readonly ram_bytes: number; readonly mem_available_bytes: number };
  readonly holdings: NodeFacts["holdings"];
  readonly notes: string[];
}

/** Nodes that are asked at the same time. */
const atOnce = 16;
/** A node with less than this share of its RAM available takes nothing new. */
const leastAvailable = 0.1;

/**
 * Asks every node of a stack's cluster how it is and who holds what there, and writes the answers to the snapshot that the next
 * preview reads. Returns the exit status: 0 all are healthy, 1 one is not. Throws ConfigError.
 */
export async function facts(stack: string, options: FactsOptions): Promise<number> {
  const files = stackFiles(stack, options.configFile);
  const { cluster } = loadTopology(files);
  const access = sshAccess(
    Object.fromEntries(cluster.nodes.map(({ name, connection }) => [name, connection])),
  );
  const nodes: Record<string, NodeFacts> = {};
  const waiting = [...cluster.nodes];
  const askNext = async (): Promise<void> => {
    for (let node = waiting.shift(); node; node = waiting.shift())
      nodes[node.name] = await factsOf(node, {
        node: node.name,
        stack,
        access: access.get(node.name)!,
        gone: "",
      });
  };
  await Promise.all(Array.from({ length: atOnce }, askNext));
  const inOrder = Object.fromEntries(cluster.nodes.map(({ name }) => [name, nodes[name]!]));
  const snapshot: FactsSnapshot = { version: 1, taken_at: new Date().toISOString(), nodes: inOrder };
  write(files.facts, snapshot);
  if (options.json) console.log(JSON.stringify(snapshot, null, 2));
  else print(snapshot, files.facts, stack, goneNodes(join(files.gone, cluster.name)));
  return Object.values(inOrder).every(({ status }) => status === "HEALTHY") ? 0 : 1;
}

async function factsOf(node: Node, reach: Reach): Promise<NodeFacts> {
  const request = {
    work_dir: node.remoteWorkDir,
    stack: reach.stack,
    owner: "",
    node: { unified_memory: node.unifiedMemory },
    now: Date.now() / 1000,
  };
  const answer: Answer<FactsAnswer> = await askNode(reach, "facts", request);
  if ("problem" in answer)
    return { status: "UNAVAILABLE", reason: answer.problem.split("\n")[0]!, holdings: [] };
  const { facts: measured, holdings, notes } = answer.answer;
  const available = measured.mem_available_bytes;
  const used = 1 - available / measured.ram_bytes;
  const isShort = used > 1 - leastAvailable;
  return {
    status: isShort ? "DEGRADED" : "HEALTHY",
    ...(isShort && { reason: `${Math.round(100 * used)} % of its memory is used` }),
    memory_available_bytes: available,
    holdings,
    notes,
  };
}

/** Whole or not at all: a preview may read it at any moment. */
function write(file: string, snapshot: FactsSnapshot): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(snapshot, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

function print({ nodes }: FactsSnapshot, file: string, stack: string, gone: readonly string[]): void {
  const width = Math.max(...Object.keys(nodes).map((name) => name.length));
  for (const [name, { status, reason, memory_available_bytes, holdings, notes }] of Object.entries(nodes)) {
    const available =
      memory_available_bytes === undefined ? "" : `${(memory_available_bytes / 1e9).toFixed(1)} GB available`;
    const holders = holdings.map((one) => `${one.stack}/${one.instance}`).join(", ");
    const givenUp = gone.includes(name) && fateOf(name, status, stack);
    console.log(
      `${name.padEnd(width)}  ${status.padEnd(11)}  ${[available, reason, holders, givenUp].filter(Boolean).join("; ")}`,
    );
    for (const note of notes ?? []) console.log(`${" ".repeat(width)}  note: ${note}`);
  }
  console.log(`\nWritten to ${relative(process.cwd(), file)}; the next preview reads it.`);
}

const fateOf = (node: string, status: NodeFacts["status"], stack: string) =>
  status === "UNAVAILABLE"
    ? "was given up"
    : `was given up and answers again; take it back with  ./berth back ${node} ${stack}`;
