import type { KubernetesApi } from "../../components/kubernetes/kubernetes-api";
import type { Pod } from "../kubernetes/objects";
import type { KubeRayOutputs } from "../stack/outputs";
import { checksOf, type DoctorCheck } from "./check";
import { kubectl } from "./kubectl";

interface Named {
  readonly metadata: { readonly name: string; readonly namespace: string };
}
interface Service extends Named {
  readonly spec: { readonly ports?: readonly { readonly port: number }[] };
}
interface EndpointSlice extends Named {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[];
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

const clientPort = 10001;

/** What is looked at of a Ray cluster of pods, to be asked at the same time. */
export function doctorKubeRay(api: KubernetesApi, cluster: KubeRayOutputs): (() => Promise<DoctorCheck[]>)[] {
  return [() => headService(api, cluster), () => pods(api, cluster), () => quota(api, cluster)];
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
