import { KubernetesApi } from "../../components/kubernetes/kubernetes-api";
import { KubernetesError } from "../../components/kubernetes/kubernetes-error";
import type { Cluster } from "../../topology/cluster";
import { ConfigError } from "../../topology/config-error";
import type { KubernetesNode, Pod } from "../kubernetes/objects";
import type { KubeRayOutputs } from "../stack/outputs";
import { checksOf, type DoctorCheck } from "./check";

interface Named {
  readonly metadata: { readonly name: string; readonly namespace: string };
}
interface Service extends Named {
  readonly spec: { readonly ports?: readonly { readonly port: number }[] };
}
interface EndpointSlice extends Named {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[];
}
interface Workload extends Named {
  readonly status?: {
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly availableReplicas?: number;
  };
}
interface Quota extends Named {
  readonly status?: {
    readonly hard?: Readonly<Record<string, string>>;
    readonly used?: Readonly<Record<string, string>>;
  };
}
interface Event extends Named {
  readonly reason?: string;
  readonly message?: string;
  readonly involvedObject: { readonly name: string };
}

const gpuResource = "nvidia.com/gpu";
const clientPort = 10001;

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
    ...described.map((node) => () => kubernetesNode(api, node.name, node.kubernetesNode!, node.gpus)),
    ...clusters.flatMap((one) => [() => headService(api, one), () => pods(api, one), () => quota(api, one)]),
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

async function kubernetesNode(
  api: KubernetesApi,
  subject: string,
  name: string,
  gpus: number,
): Promise<DoctorCheck[]> {
  const { ok, failed } = checksOf(subject);
  const all = await api.list<KubernetesNode>("/api/v1/nodes", `fieldSelector=metadata.name%3D${name}`);
  const [node] = all;
  if (!node)
    return [
      failed(
        "node",
        `Kubernetes has no node ${name}`,
        `correct kubernetes_node of ${subject} in the cluster file; see  ${kubectl(api)} get nodes`,
      ),
    ];
  const ready = node.status?.conditions?.find(({ type }) => type === "Ready");
  const allocatable = Number(node.status?.allocatable?.[gpuResource] ?? 0);
  const labels = Object.entries(node.metadata.labels ?? {}).filter(([key]) => key.startsWith("nvidia.com/"));
  return [
    ready?.status === "True"
      ? ok("node", `${name} is ready`)
      : failed(
          "node",
          `${name} is not ready: ${ready?.message ?? "it says nothing"}`,
          `see  ${kubectl(api)} describe node ${name}`,
        ),
    ...(gpus === 0
      ? []
      : [
          allocatable >= gpus
            ? ok(
                "GPUs",
                `${allocatable} allocatable${labels.map(([key, value]) => `, ${key}=${value}`).join("")}`,
              )
            : failed(
                "GPUs",
                `${allocatable} allocatable, the cluster file says ${gpus}`,
                `see  ${kubectl(api)} describe node ${name}  for nvidia.com/gpu, and the device plugin's pod there; or correct gpus in the cluster file`,
              ),
        ]),
  ];
}

/** A name in the cluster's DNS is a Service; that the DNS answers pods cannot be seen from here. */
async function headService(api: KubernetesApi, { name, namespace }: KubeRayOutputs): Promise<DoctorCheck[]> {
  const { ok, failed, skipped } = checksOf(`${namespace}/${name}`);
  const service = `${name}-head-svc`;
  const dns = `${service}.${namespace}.svc`;
  const services = await api.list<Service>(
    `/api/v1/namespaces/${namespace}/services`,
    `fieldSelector=metadata.name%3D${service}`,
  );
  if (!services[0])
    return [
      failed(
        "DNS name",
        `${dns}: there is no such Service`,
        "is the operator running? It makes the Service with the cluster",
      ),
      skipped("port 10001", "what comes before it failed"),
    ];
  const slices = await api.list<EndpointSlice>(
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
    `labelSelector=kubernetes.io%2Fservice-name%3D${service}`,
  );
  const ready = slices
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false);
  const hasPort = services[0].spec.ports?.some(({ port }) => port === clientPort);
  return [
    ready.length > 0
      ? ok("DNS name", `${dns} has ${ready.length} ready`)
      : failed(
          "DNS name",
          `${dns} has no ready endpoint`,
          `see  ${kubectl(api)} --namespace ${namespace} get pods --selector ray.io/cluster=${name},ray.io/node-type=head`,
        ),
    hasPort
      ? ok("port 10001", `${service} has it`)
      : failed(
          "port 10001",
          `${service} does not have it`,
          "add containerPort 10001, name client, to the head's container",
        ),
  ];
}

async function pods(api: KubernetesApi, { name, namespace }: KubeRayOutputs): Promise<DoctorCheck[]> {
  const { ok, failed } = checksOf(`${namespace}/${name}`);
  const all = await api.list<Pod>(
    `/api/v1/namespaces/${namespace}/pods`,
    `labelSelector=ray.io%2Fcluster%3D${name}`,
  );
  const problems = all.flatMap(({ metadata, status }) => {
    const killed = (status?.containerStatuses ?? []).filter((one) =>
      [one.lastState, one.state].some((state) => state?.terminated?.reason === "OOMKilled"),
    );
    const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
    return [
      ...killed.map(({ restartCount = 0 }) =>
        failed(
          "memory",
          `${metadata.name} was killed for its memory, restarted ${restartCount} times`,
          "raise memory_gb of its group, or have fewer workers; both in the scenario",
        ),
      ),
      ...(scheduled?.status === "False"
        ? [
            failed(
              "pods",
              `${metadata.name} has no node: ${scheduled.message ?? scheduled.reason}`,
              "see what the preview says of its group, and what else runs:  ./berth resources",
            ),
          ]
        : []),
    ];
  });
  if (problems.length > 0) return problems;
  return [
    ok("pods", all.length === 0 ? "none yet" : `${all.length}, none killed for its memory, each with a node`),
  ];
}

async function quota(api: KubernetesApi, { name, namespace }: KubeRayOutputs): Promise<DoctorCheck[]> {
  const { ok, failed, skipped } = checksOf(`${namespace}/${name}`);
  const quotas = await api.list<Quota>(`/api/v1/namespaces/${namespace}/resourcequotas`);
  const events = await api.list<Event>(`/api/v1/namespaces/${namespace}/events`);
  const refused = events.filter(
    ({ message, involvedObject }) =>
      involvedObject.name.startsWith(name) && /exceeded quota/.test(message ?? ""),
  );
  if (refused.length > 0)
    return [
      failed(
        "quota",
        refused.at(-1)!.message!,
        `raise the ResourceQuota of ${namespace}, or lower the group's memory_gb, cpu_cores or count`,
      ),
    ];
  if (quotas.length === 0) return [skipped("quota", `${namespace} has none`)];
  return [ok("quota", quotas.map(({ metadata }) => metadata.name).join(", "))];
}

/** Never what kubectl points at by itself. */
const kubectl = ({ access: { context } }: KubernetesApi) => `kubectl --context ${context}`;

async function thereIs(api: KubernetesApi, path: string): Promise<boolean> {
  try {
    await api.get(path);
    return true;
  } catch (error) {
    if (error instanceof KubernetesError && ["NotFound", "KindMissing"].includes(error.fault)) return false;
    throw error;
  }
}
