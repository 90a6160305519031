import type { KubernetesApi } from "../../components/kubernetes/kubernetes-api";
import { KubernetesError } from "../../components/kubernetes/kubernetes-error";
import type { Topology } from "../../topology/topology";
import { askKubernetes } from "./ask-kubernetes";
import { type AskedCluster, type KubeRayStatus, kubeRayStatus } from "./kuberay-status";
import { memoryInUse } from "./metrics";
import { isOfTenant } from "./node-facts";
import type { Pod, RayClusterObject } from "./objects";
import { type PodStatus, podStatus, type SeenPod } from "./pod-status";

/** What Kubernetes has of a stack. */
export interface KubeRayAnswer {
  readonly clusters: readonly KubeRayStatus[];
  /** The pods of the nodes' co-tenants. */
  readonly tenants: readonly (PodStatus & { readonly tenant: string })[];
  /** Why nobody answered. */
  readonly problem?: string;
}

/** The Ray clusters in Kubernetes that a scenario names: its own, and those that it only uses. */
export function askedClusters(scenario: Topology["scenario"]): AskedCluster[] {
  const own = scenario.rayClusters.flatMap(({ kubernetes }) =>
    kubernetes ? [{ name: kubernetes.objectName, namespace: kubernetes.namespace, shared: false }] : [],
  );
  const used = (scenario.sharedRayClusters ?? []).map(({ name, namespace }) => ({
    name,
    namespace,
    shared: true,
  }));
  return [...own, ...used];
}

/** Asks the API server how a stack's Ray clusters and the co-tenants of its nodes are, namespace by namespace. */
export async function askKubeRay(topology: Topology): Promise<KubeRayAnswer> {
  const { cluster } = topology;
  const asked = askedClusters(topology.scenario);
  const tenants = cluster.nodes.flatMap(({ kubernetesNode, coTenants }) =>
    coTenants.flatMap(({ name, namespace }) =>
      namespace === undefined || kubernetesNode === undefined
        ? []
        : [{ name, namespace, node: kubernetesNode }],
    ),
  );
  if (asked.length === 0 && tenants.length === 0) return { clusters: [], tenants: [] };
  const nodeNames = new Map(
    cluster.nodes.flatMap(({ name, kubernetesNode }) => (kubernetesNode ? [[kubernetesNode, name]] : [])),
  );
  const said = await askKubernetes(cluster, async (api) => {
    const namespaces = [...new Set([...asked, ...tenants].map(({ namespace }) => namespace))];
    const [objects, pods, used] = await Promise.all([
      Promise.all(asked.map((one) => rayClusterOf(api, one))),
      Promise.all(namespaces.map((one) => api.list<Pod>(`/api/v1/namespaces/${one}/pods`))),
      Promise.all(namespaces.map((one) => memoryInUse(api, `namespaces/${one}/pods`))),
    ]);
    const podsIn = (namespace: string) => pods[namespaces.indexOf(namespace)]!;
    const now = new Date();
    const seenIn = (namespace: string): SeenPod => ({
      now,
      nodeNames,
      used: used[namespaces.indexOf(namespace)]!,
    });
    return {
      clusters: asked.map((one, at) =>
        kubeRayStatus(one, objects[at], podsIn(one.namespace), seenIn(one.namespace)),
      ),
      tenants: tenants.flatMap(({ name, namespace, node }) =>
        podsIn(namespace)
          .filter((pod) => pod.spec.nodeName === node && isOfTenant(pod, { namespace }))
          .map((pod) => ({ ...podStatus(pod, seenIn(namespace)), tenant: name })),
      ),
    };
  });
  if (said === undefined) return { clusters: [], tenants: [] };
  return "answer" in said ? said.answer : { clusters: [], tenants: [], problem: said.problem };
}

async function rayClusterOf(
  api: KubernetesApi,
  { name, namespace }: AskedCluster,
): Promise<RayClusterObject | undefined> {
  try {
    return await api.get(`/apis/ray.io/v1/namespaces/${namespace}/rayclusters/${name}`);
  } catch (error) {
    if (error instanceof KubernetesError && error.fault === "NotFound") return undefined;
    throw error;
  }
}
