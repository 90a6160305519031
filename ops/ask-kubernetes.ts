import type { Cluster } from "../topology/cluster";
import type { Answer } from "./ask-node";
import { KubernetesApi } from "./kubernetes-api";
import { KubernetesError } from "./kubernetes-error";

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
