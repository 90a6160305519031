import { setTimeout as pause } from "node:timers/promises";
import { ConfigError } from "../../topology/config-error";
import type { ClusterRequest, RayClusterName } from "./cluster-command";
import type { KubernetesApi } from "./kubernetes-api";
import { KubernetesError } from "./kubernetes-error";
import { rayPods } from "./ray-pods";

/**
 * Waits until neither a Ray cluster nor any pod of it is left, so that what they lean on (token, quota, network policy) is there
 * to their end. Throws ConfigError that says what is left and what holds it.
 */
export async function awaitGone(api: KubernetesApi, request: ClusterRequest["gone"]): Promise<void> {
  const deadline = Date.now() + request.seconds * 1000;
  for (;;) {
    const left = await leftOf(api, request);
    if (left.length === 0) return;
    if (Date.now() > deadline)
      throw new ConfigError([
        `berth: RayClusterNotGone: ${request.name} in ${request.namespace}: still there after ${request.seconds} s`,
        ...left.map((line) => `  ${line}`),
      ]);
    await pause(500);
  }
}

async function leftOf(api: KubernetesApi, name: RayClusterName): Promise<string[]> {
  const pods = await rayPods(api, name);
  const lines = pods.map(({ metadata }) => `pod ${metadata.name}`);
  try {
    const path = `/apis/ray.io/v1/namespaces/${name.namespace}/rayclusters/${name.name}`;
    const { metadata } = await api.get<{ metadata: { finalizers?: string[] } }>(path);
    const finalizers = metadata.finalizers?.join(", ");
    return [`RayCluster${finalizers ? `, held by ${finalizers}: does the operator run?` : ""}`, ...lines];
  } catch (error) {
    // Neither the object nor, where somebody took the operator away, its kind.
    if (error instanceof KubernetesError && ["NotFound", "KindMissing"].includes(error.fault)) return lines;
    throw error;
  }
}
