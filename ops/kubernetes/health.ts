import type { FactsSnapshot, NodeFacts } from "../../topology/facts";
import type { Node } from "../../topology/node";
import { nodeHealth } from "../health/node-health";
import type { Answer } from "../node/ask-node";
import type { KubernetesCensus } from "./census";
import { kubernetesNodeFacts, type SeenBy } from "./node-facts";

export interface AskedKubernetes extends Omit<SeenBy, "census"> {
  readonly answer: Answer<KubernetesCensus>;
  /** What was known before. */
  readonly before: FactsSnapshot | undefined;
}

/**
 * How a node of Kubernetes is. Where the API server is silent so are its nodes: they keep what they have until the grace is over.
 */
export function kubernetesHealth(
  node: Node & { kubernetesNode: string },
  { answer, before, ...by }: AskedKubernetes,
): NodeFacts {
  if ("answer" in answer) return kubernetesNodeFacts(node, { census: answer.answer, ...by });
  const { now, graceSeconds } = by;
  // Where SSH leads there, too, it tells since when the node itself is silent.
  if (node.connection) return { status: "UNAVAILABLE", reason: answer.problem, holdings: [] };
  return nodeHealth({ answer, before: before?.nodes[node.name], now, graceSeconds });
}
