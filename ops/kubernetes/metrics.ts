import type { KubernetesApi } from "../../components/kubernetes/kubernetes-api";
import { KubernetesError } from "../../components/kubernetes/kubernetes-error";
import type { Resources } from "./objects";
import { amountsOf } from "./pod-amounts";

interface Metrics {
  readonly metadata: { readonly name: string };
  /** Of a node. */
  readonly usage?: Resources;
  /** Of a pod. */
  readonly containers?: readonly { readonly usage: Resources }[];
}

/**
 * Bytes of memory in use, by name; nothing where there is no metrics API, or not for whom asks. Never throws for that.
 * @param what `nodes`, or `namespaces/NAME/pods`
 */
export async function memoryInUse(api: KubernetesApi, what: string): Promise<Map<string, number>> {
  try {
    const all = await api.list<Metrics>(`/apis/metrics.k8s.io/v1beta1/${what}`);
    return new Map(
      all.map(({ metadata, usage, containers = [] }) => {
        const parts = usage ? [usage] : containers.map((one) => one.usage);
        return [metadata.name, parts.reduce((sum, part) => sum + amountsOf(part).memoryBytes, 0)];
      }),
    );
  } catch (error) {
    if (error instanceof KubernetesError) return new Map();
    throw error;
  }
}
