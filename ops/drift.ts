import { join } from "node:path";
import type { Cluster } from "../topology/cluster";
import { goneNodes } from "../topology/gone-nodes";
import { loadTopology } from "../topology/load-topology";
import { sshNodes } from "../topology/ssh-nodes";
import { stackFiles } from "../topology/stack-files";
import { editedFiles } from "./drift/edited-files";
import { type Drift, driftFindings, type Found } from "./drift/findings";
import { type FoundInKubernetes, kubeRayDrift } from "./drift/kuberay";
import { askedClusters } from "./kubernetes/ask-kuberay";
import { askKubernetes } from "./kubernetes/ask-kubernetes";
import { stackLabel } from "./kubernetes/node-facts";
import type { Pod, RayClusterObject } from "./kubernetes/objects";
import { askCensus } from "./node/ask-census";
import { askNodes } from "./node/ask-nodes";
import { pulumiSetUp, stackState } from "./stack/state";
import { paint } from "./terminal/paint";

export interface DriftOptions {
  configFile?: string;
  json?: boolean;
}

/**
 * Compares what runs with what the stack's state says, and tells what repairs it; changes nothing. Returns the exit status: 0 all
 * is as the state says, 1 something is not, or a node did not answer. Throws ConfigError.
 */
export async function drift(stack: string, options: DriftOptions): Promise<number> {
  const files = stackFiles(stack, options.configFile);
  const { cluster, scenario } = loadTopology(files);
  const gone = goneNodes(join(files.gone, cluster.name));
  const state = await stackState(stack, await pulumiSetUp());
  const nodes = sshNodes(cluster).filter(({ name }) => !gone.includes(name));
  const namespaces = [...state.rayClusters.map(({ metadata }) => metadata), ...askedClusters(scenario)]
    .filter((one) => !("shared" in one && one.shared))
    .map(({ namespace }) => namespace);
  const inKubernetes = foundInKubernetes(cluster, [...new Set(namespaces)], stack);
  const answers = await askNodes(nodes, stack, async (node, reach) => {
    const asked = state.started.filter((one) => one.node === node.name).map(({ instance }) => instance);
    const [said, edited] = await Promise.all([
      askCensus(node, reach, asked),
      editedFiles(reach, state.code[node.name]),
    ]);
    return { said, edited };
  });
  const problems: Record<string, string> = {};
  const found: Found[] = [];
  for (const [node, { said, edited }] of answers)
    if ("problem" in said) problems[node] = said.problem;
    else
      found.push({
        node,
        here: said.answer.stacks.find((one) => one.stack === stack),
        editedFiles: edited,
      });
  const kubernetes = await inKubernetes;
  if (kubernetes && "problem" in kubernetes) problems.kubernetes = kubernetes.problem;
  const findings = [
    ...driftFindings(stack, state, found),
    ...(kubernetes && "answer" in kubernetes
      ? kubeRayDrift(stack, state.rayClusters, kubernetes.answer)
      : []),
  ];
  if (options.json) console.log(JSON.stringify({ drift: findings, problems, gone }, null, 2));
  else print(stack, findings, problems, gone);
  return findings.length === 0 && Object.keys(problems).length === 0 ? 0 : 1;
}

/** What this stack has in some namespaces; undefined: no node is one of Kubernetes. */
function foundInKubernetes(cluster: Cluster, namespaces: readonly string[], stack: string) {
  const query = `labelSelector=${encodeURIComponent(`${stackLabel}=${stack}`)}`;
  return askKubernetes(cluster, async (api): Promise<FoundInKubernetes> => {
    const of = async <T>(path: (namespace: string) => string) =>
      (await Promise.all(namespaces.map((one) => api.list<T>(path(one), query)))).flat();
    const [clusters, pods] = await Promise.all([
      of<RayClusterObject>((one) => `/apis/ray.io/v1/namespaces/${one}/rayclusters`),
      of<Pod>((one) => `/api/v1/namespaces/${one}/pods`),
    ]);
    return { context: cluster.kubernetes!.context, clusters, pods };
  });
}

function print(
  stack: string,
  findings: readonly Drift[],
  problems: Record<string, string>,
  gone: readonly string[],
): void {
  const colors = paint(process.stdout);
  for (const { text, remedy } of findings) console.log(`${colors.yellow(text)}\n  ${remedy}`);
  if (findings.length === 0) console.log(`${stack}: what runs is what the state says`);
  for (const problem of Object.values(problems)) console.error(paint(process.stderr).red(problem));
  for (const node of gone)
    console.error(`${node} was given up and is not asked; once it answers:  ./berth back ${node} ${stack}`);
}
