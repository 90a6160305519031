import { KubernetesApi } from "../../components/kubernetes/kubernetes-api";
import { KubernetesError } from "../../components/kubernetes/kubernetes-error";
import type { Cluster } from "../../topology/cluster";
import type { Answer } from "../node/ask-node";

/**
 * Asks a cluster's API server; undefined where none of its nodes is one of Kubernetes. Never throws for what is wrong over there,
 * or with the way to it.
 */
export async function askKubernetes<T>(
  { kubernetes, nodes }: Cluster,
  ask: (api: KubernetesApi) => Promise<T>,
): Promise<(Answer<T> & { readonly fault?: KubernetesError["fault"] }) | undefined> {
  if (kubernetes === undefined || !nodes.some(({ kubernetesNode }) => kubernetesNode)) return undefined;
  try {
    return { answer: await ask(await KubernetesApi.open(kubernetes)) };
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    return { problem: error.message, fault: error.fault };
  }
}
