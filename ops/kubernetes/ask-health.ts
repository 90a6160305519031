import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesFault } from "../../components/kubernetes/kubernetes-error";
import type { Cluster } from "../../topology/cluster";
import { ConfigError } from "../../topology/config-error";
import type { Answer } from "../node/ask-node";
import { askKubernetes } from "./ask-kubernetes";
import { type KubernetesCensus, kubernetesCensus } from "./census";

/** What says something of the cluster. All else is between this machine and it, and no word about its nodes. */
const silence: readonly (KubernetesFault | undefined)[] = [
  "Unreachable",
  "CertificateRefused",
  "AnswerUnexpected",
];

/**
 * Asks a cluster's API server for all nodes and pods, once more after a pause where nobody answers; undefined where no node is
 * one of Kubernetes. Throws ConfigError for a kubeconfig or a permission that does not do: nodes are not unwell for that.
 * @param pause milliseconds
 */
export async function askKubernetesHealth(
  cluster: Cluster,
  pause: number,
): Promise<Answer<KubernetesCensus> | undefined> {
  const first = await askKubernetes(cluster, kubernetesCensus);
  if (first === undefined || "answer" in first) return first;
  if (!silence.includes(first.fault)) throw new ConfigError([first.problem]);
  await sleep(pause);
  return askKubernetes(cluster, kubernetesCensus);
}
