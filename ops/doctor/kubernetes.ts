import { KubernetesApi } from "../../components/kubernetes/kubernetes-api";
import { KubernetesError } from "../../components/kubernetes/kubernetes-error";
import type { Cluster } from "../../topology/cluster";
import { ConfigError } from "../../topology/config-error";
import type { KubeRayOutputs } from "../stack/outputs";
import { checksOf, type DoctorCheck } from "./check";
import { doctorKubeRay } from "./kube-ray";
import { kubectl } from "./kubectl";
import { doctorKubernetesNode } from "./kubernetes-node";

interface Workload {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly status?: {
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly availableReplicas?: number;
  };
}

/** Everything that can be found wrong with the Kubernetes of a stack, from the objects of its API server: no pod is made for it. */
export async function doctorKubernetes(
  { nodes, kubernetes }: Pick<Cluster, "nodes" | "kubernetes">,
  clusters: readonly KubeRayOutputs[],
): Promise<DoctorCheck[]> {
  const { ok, refused, skipped } = checksOf("kubernetes");
  let api: KubernetesApi;
  try {
    api = await KubernetesApi.open(kubernetes!);
    await api.get("/version");
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    return [refused("API server", error.message), skipped("all else", "what comes before it failed")];
  }
  const described = nodes.filter(({ kubernetesNode }) => kubernetesNode !== undefined);
  const checks = [
    () => operator(api),
    () =>
      devicePlugin(
        api,
        described.some(({ gpus }) => gpus > 0),
      ),
    ...described.map((node) => () => doctorKubernetesNode(api, node.name, node.kubernetesNode!, node.gpus)),
    ...clusters.flatMap((one) => doctorKubeRay(api, one)),
  ];
  const found = await Promise.all(
    checks.map((check) =>
      check().catch((error: unknown) => {
        if (error instanceof ConfigError) return [refused("API server", error.message)];
        throw error;
      }),
    ),
  );
  return [ok("API server", `${api.server}, context ${api.access.context}`), ...found.flat()];
}

async function operator(api: KubernetesApi): Promise<DoctorCheck[]> {
  const { ok, failed, skipped } = checksOf("kubernetes");
  const crd = await thereIs(
    api,
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/rayclusters.ray.io",
  );
  const remedy = `install it:  helm --kube-context ${api.access.context} install kuberay-operator kuberay/kuberay-operator --version 1.6.1`;
  if (!crd) return [failed("KubeRay", "there is no kind RayCluster (ray.io)", remedy)];
  const all = await api.list<Workload>("/apis/apps/v1/deployments");
  const found = all.filter(({ metadata }) => metadata.name.includes("kuberay-operator"));
  if (found.length === 0)
    return [
      ok("KubeRay", "RayCluster is known"),
      skipped("KubeRay operator", "no Deployment is called so; it may run otherwise"),
    ];
  const [one] = found;
  const name = `${one!.metadata.namespace}/${one!.metadata.name}`;
  return [
    ok("KubeRay", "RayCluster is known"),
    (one!.status?.availableReplicas ?? 0) > 0
      ? ok("KubeRay operator", name)
      : failed(
          "KubeRay operator",
          `${name} has no pod that runs`,
          `see  ${kubectl(api)} --namespace ${one!.metadata.namespace} describe deployment ${one!.metadata.name}`,
        ),
  ];
}

async function devicePlugin(api: KubernetesApi, wanted: boolean): Promise<DoctorCheck[]> {
  const { ok, failed, skipped } = checksOf("kubernetes");
  if (!wanted) return [skipped("device plugin", "no node is described with GPUs")];
  const all = await api.list<Workload>("/apis/apps/v1/daemonsets");
  const found = all.find(({ metadata }) => /nvidia.*device-plugin/.test(metadata.name));
  if (!found)
    return [
      failed(
        "device plugin",
        "there is no DaemonSet nvidia-device-plugin, so no pod gets a GPU",
        "install NVIDIA's GPU operator, or its k8s-device-plugin alone",
      ),
    ];
  const { numberReady = 0, desiredNumberScheduled = 0 } = found.status ?? {};
  const { namespace, name } = found.metadata;
  const how = `${namespace}/${name}: ${numberReady} of ${desiredNumberScheduled} ready`;
  return [
    numberReady > 0 && numberReady === desiredNumberScheduled
      ? ok("device plugin", how)
      : failed(
          "device plugin",
          how,
          `see  ${kubectl(api)} --namespace ${namespace} describe daemonset ${name}, and the labels it selects nodes by`,
        ),
  ];
}

async function thereIs(api: KubernetesApi, path: string): Promise<boolean> {
  try {
    await api.get(path);
    return true;
  } catch (error) {
    if (error instanceof KubernetesError && ["NotFound", "KindMissing"].includes(error.fault)) return false;
    throw error;
  }
}
