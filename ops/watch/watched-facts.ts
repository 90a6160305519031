import type { Cluster } from "../../topology/cluster";
import type { FactsSnapshot } from "../../topology/facts";
import { mergedFacts } from "../health/merged-facts";
import type { askKubernetesHealth } from "../kubernetes/ask-health";
import { kubernetesHealth } from "../kubernetes/health";
import type { WatchedNode } from "./watched-node";

/**
 * What a watch knows of all nodes now, and of those that it has not asked yet what was known before.
 * @param kubernetes undefined: no node is one of Kubernetes, or it was not asked
 */
export function watchedFacts(
  cluster: Cluster,
  watched: readonly WatchedNode[],
  kubernetes: Awaited<ReturnType<typeof askKubernetesHealth>>,
  before: FactsSnapshot | undefined,
): FactsSnapshot {
  const now = new Date();
  const nodes: FactsSnapshot["nodes"] = { ...before?.nodes };
  for (const { name, facts } of watched) if (facts) nodes[name] = facts;
  for (const node of cluster.nodes) {
    const { name, kubernetesNode } = node;
    if (kubernetesNode === undefined || cluster.kubernetes === undefined || kubernetes === undefined)
      continue;
    const { context } = cluster.kubernetes;
    const { graceSeconds } = cluster.healthCheck;
    const about = { answer: kubernetes, before, context, now, graceSeconds };
    const facts = kubernetesHealth({ ...node, kubernetesNode }, about);
    const ssh = watched.find((one) => one.name === name)?.facts;
    nodes[name] = ssh ? mergedFacts(ssh, facts) : facts;
  }
  return { version: 1, taken_at: now.toISOString(), nodes };
}
