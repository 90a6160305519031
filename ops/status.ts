import { join } from "node:path";
import { goneNodes } from "../topology/gone-nodes";
import { loadTopology } from "../topology/load-topology";
import { sshNodes } from "../topology/ssh-nodes";
import { stackFiles } from "../topology/stack-files";
import { type Answer, askNode } from "./ask-node";
import { askNodes } from "./ask-nodes";
import { duration } from "./duration";
import { paint } from "./paint";

export interface StatusOptions {
  configFile?: string;
  json?: boolean;
}

/** An instance in the words of its node's supervisor; sizes in bytes, times in seconds. */
interface InstanceStatus {
  id: string;
  state: "starting" | "running" | "completed" | "failed" | "backoff" | "stopped" | "dead" | "fenced";
  pid: number | null;
  restarts: number;
  uptime_s: number | null;
  memory_bytes: number | null;
  memory_limit_bytes: number;
  last_log: string | null;
}

const fine: readonly InstanceStatus["state"][] = ["starting", "running", "completed"];

/**
 * Asks every node of a stack's cluster what runs there, all at once, and prints it. Returns the exit status: 0 every instance
 * that the files name is fine, 1 one is not or a node did not answer. Throws ConfigError.
 */
export async function status(stack: string, options: StatusOptions): Promise<number> {
  const files = stackFiles(stack, options.configFile);
  const { cluster, scenario } = loadTopology(files);
  const gone = goneNodes(join(files.gone, cluster.name));
  const asked = sshNodes(cluster).filter(({ name }) => !gone.includes(name));
  const answers = await askNodes(asked, stack, ({ remoteWorkDir }, reach) =>
    askNode<{ instances?: InstanceStatus[] }>(reach, "status", { work_dir: remoteWorkDir, stack, owner: "" }),
  );
  const nodes = [...answers].map(([node, answer]) => ({ node, ...answered(answer) }));
  const running = nodes.flatMap(({ node, instances }) =>
    instances.map((instance) => ({ ...instance, node })),
  );
  const missing = scenario.instances
    .map(({ id }) => id)
    .filter((id) => !running.some((one) => one.id === id));
  if (options.json)
    console.log(JSON.stringify({ instances: running, missing, problems: problemsOf(nodes), gone }, null, 2));
  else {
    print(running, missing, problemsOf(nodes));
    for (const node of gone)
      console.error(`${node} was given up and is not asked; once it answers:  ./berth back ${node} ${stack}`);
  }
  const allFine = missing.length === 0 && running.every(({ state }) => fine.includes(state));
  return allFine && nodes.every(({ problem }) => problem === undefined) ? 0 : 1;
}

function answered(answer: Answer<{ instances?: InstanceStatus[] }>) {
  return "problem" in answer
    ? { instances: [], problem: answer.problem }
    : { instances: answer.answer.instances ?? [] };
}

function problemsOf(nodes: readonly { node: string; problem?: string }[]): Record<string, string> {
  return Object.fromEntries(
    nodes.flatMap(({ node, problem }) => (problem === undefined ? [] : [[node, problem]])),
  );
}

function print(
  running: readonly (InstanceStatus & { node: string })[],
  missing: readonly string[],
  problems: Record<string, string>,
): void {
  const silent = Object.keys(problems);
  const absence =
    silent.length > 0
      ? `not known: ${silent.join(", ")} did not answer`
      : "runs nowhere; pulumi up starts what is new";
  const rows = [
    ...running.map((one) => [
      one.id,
      one.node,
      one.state,
      one.uptime_s === null ? "–" : duration(one.uptime_s),
      `${one.restarts}`,
      one.memory_bytes === null
        ? "–"
        : `${megabytes(one.memory_bytes)} of ${megabytes(one.memory_limit_bytes)}`,
      lastWords(one.last_log ?? ""),
    ]),
    ...missing.map((id) => [id, "–", silent.length > 0 ? "unknown" : "absent", "–", "–", "–", absence]),
  ];
  const table = [["INSTANCE", "NODE", "STATE", "UP", "RESTARTS", "MEMORY", "LAST LINE"], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  for (const row of table) {
    const line = row
      .map((cell, column) => cell.padEnd(column === row.length - 1 ? 0 : widths[column]!))
      .join("  ");
    console.log(line.slice(0, process.stdout.columns ?? Number(process.env.COLUMNS ?? 100)));
  }
  for (const { id, node, state } of running)
    if (state === "failed" || state === "dead")
      console.error(
        paint(process.stderr).red(
          `${id} is ${state} on ${node}; start it again with  pulumi up --replace '**::${id}-start'`,
        ),
      );
  for (const [node, problem] of Object.entries(problems))
    console.error(paint(process.stderr).red(`${node}: ${problem}`));
}

/** A log line of JSON as its words, without what the row says already. */
function lastWords(line: string): string {
  try {
    const { t: _time, instance: _instance, ...facts } = JSON.parse(line);
    return Object.entries(facts)
      .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
      .join(" ");
  } catch {
    return line;
  }
}

const megabytes = (bytes: number) =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
