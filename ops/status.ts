import { join } from "node:path";
import { goneNodes } from "../topology/gone-nodes";
import { loadTopology } from "../topology/load-topology";
import { sshNodes } from "../topology/ssh-nodes";
import { stackFiles } from "../topology/stack-files";
import { askKubeRay } from "./kubernetes/ask-kuberay";
import { type Answer, askNode } from "./node/ask-node";
import { askNodes } from "./node/ask-nodes";
import { printStatus } from "./terminal/print-status";

export interface StatusOptions {
  configFile?: string;
  json?: boolean;
}

/** An instance in the words of its node's supervisor; sizes in bytes, times in seconds. */
export interface InstanceStatus {
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
 * Asks every node of a stack's cluster what runs there, and Kubernetes how the stack's Ray clusters and the nodes' co-tenants are,
 * all at once, and prints it. Returns the exit status: 0 every instance that the files name is fine and every Ray cluster is ready,
 * 1 one is not, or a node or Kubernetes did not answer. Throws ConfigError.
 */
export async function status(stack: string, options: StatusOptions): Promise<number> {
  const files = stackFiles(stack, options.configFile);
  const topology = loadTopology(files);
  const { cluster, scenario } = topology;
  const gone = goneNodes(join(files.gone, cluster.name));
  const asked = sshNodes(cluster).filter(({ name }) => !gone.includes(name));
  const [answers, { clusters, tenants, problem }] = await Promise.all([
    askNodes(asked, stack, ({ remoteWorkDir }, reach) =>
      askNode<{ instances?: InstanceStatus[] }>(reach, "status", {
        work_dir: remoteWorkDir,
        stack,
        owner: "",
      }),
    ),
    askKubeRay(topology),
  ]);
  const nodes = [...answers].map(([node, answer]) => ({ node, ...answered(answer) }));
  const running = nodes.flatMap(({ node, instances }) =>
    instances.map((instance) => ({ ...instance, node })),
  );
  const missing = scenario.instances
    .filter(({ launcher }) => launcher !== "kuberay")
    .map(({ id }) => id)
    .filter((id) => !running.some((one) => one.id === id));
  const problems = { ...problemsOf(nodes), ...(problem !== undefined && { kubernetes: problem }) };
  if (options.json) {
    const pods = cluster.kubernetes && { ray_clusters: clusters, co_tenants: tenants };
    console.log(JSON.stringify({ instances: running, missing, ...pods, problems, gone }, null, 2));
  } else {
    printStatus({ stack, running, missing, clusters, tenants, problems });
    for (const node of gone)
      console.error(`${node} was given up and is not asked; once it answers:  ./berth back ${node} ${stack}`);
  }
  const allFine = missing.length === 0 && running.every(({ state }) => fine.includes(state));
  const allReady = clusters.every(({ state }) => state === "ready");
  return allFine && allReady && Object.keys(problems).length === 0 ? 0 : 1;
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
