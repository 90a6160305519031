import type { KubernetesApi } from "../../components/kubernetes/kubernetes-api";
import type { KubernetesNode, Pod } from "./objects";

/** Everything that has a place in a Kubernetes cluster, at one moment. */
export interface KubernetesCensus {
  readonly nodes: readonly KubernetesNode[];
  /** Those that hold what they asked for: neither over nor without a node. */
  readonly pods: readonly Pod[];
}

/** Asks once for all nodes and all pods. Throws KubernetesError. */
export async function kubernetesCensus(api: KubernetesApi): Promise<KubernetesCensus> {
  const over = "status.phase!=Succeeded,status.phase!=Failed";
  const [nodes, pods] = await Promise.all([
    api.list<KubernetesNode>("/api/v1/nodes"),
    api.list<Pod>("/api/v1/pods", `fieldSelector=${encodeURIComponent(`${over},spec.nodeName!=`)}`),
  ]);
  return { nodes, pods };
}
