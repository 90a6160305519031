import { loadTopology } from "../topology/load-topology";
import { sshNodes } from "../topology/ssh-nodes";
import { stackFiles } from "../topology/stack-files";
import { askKubernetes } from "./kubernetes/ask-kubernetes";
import { kubernetesCensus } from "./kubernetes/census";
import { memoryInUse } from "./kubernetes/metrics";
import { kubernetesUse } from "./kubernetes/use";
import { askFacts } from "./node/ask-facts";
import { askNodes } from "./node/ask-nodes";
import { type NodeUse, resourceTable } from "./terminal/resource-table";

export interface ResourcesOptions {
  configFile?: string;
  json?: boolean;
}

/**
 * Asks every node of a stack's cluster what is in use there, and Kubernetes what is asked for and by whom, and prints it. Returns
 * the exit status: 0 all answered, 1 one did not. Throws ConfigError.
 */
export async function resources(stack: string, options: ResourcesOptions): Promise<number> {
  const { cluster } = loadTopology(stackFiles(stack, options.configFile));
  const [overSsh, inKubernetes] = await Promise.all([
    askNodes(sshNodes(cluster), stack, askFacts),
    askKubernetes(cluster, (api) => Promise.all([kubernetesCensus(api), memoryInUse(api, "nodes")])),
  ]);
  const nodes = new Map<string, NodeUse>();
  for (const { name, kubernetesNode } of cluster.nodes) {
    const said = overSsh.get(name);
    const kubernetes =
      kubernetesNode === undefined || inKubernetes === undefined
        ? undefined
        : "problem" in inKubernetes
          ? { problem: inKubernetes.problem }
          : kubernetesUse(kubernetesNode, ...inKubernetes.answer);
    const own = said && ("answer" in said ? said.answer : said);
    nodes.set(name, { ...own, ...(kubernetes && { kubernetes }) });
  }
  if (options.json) console.log(JSON.stringify({ nodes: Object.fromEntries(nodes) }, null, 2));
  else console.log(resourceTable(nodes));
  const isSilent = (one: NodeUse) => "problem" in one || (one.kubernetes && "problem" in one.kubernetes);
  return [...nodes.values()].some(isSilent) ? 1 : 0;
}
