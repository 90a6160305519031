import type { KubernetesApi } from "../../components/kubernetes/kubernetes-api";
import type { KubernetesNode } from "../kubernetes/objects";
import { checksOf, type DoctorCheck } from "./check";
import { kubectl } from "./kubectl";

const gpuResource = "nvidia.com/gpu";

/** Whether Kubernetes has a node as the cluster file says. @param subject what the cluster file calls it, `name`: what Kubernetes does */
export async function doctorKubernetesNode(
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
