import { autoscalerSidecar } from "../../topology/kube-ray";
import { type KubeRayGroup, type KubeRaySpec, most, priorityClassName, scales } from "./kube-ray-spec";
import { type Manifest, ownLabels } from "./manifest";
import { cores, quantity } from "./quantity";
import { podMemoryBytes } from "./ray-pod";

/**
 * No more than was planned, up to what the autoscaler may reach, whoever edits the RayCluster. It counts the pods of the cluster's
 * own priority class, and so no others in the namespace.
 */
export function quota(spec: KubeRaySpec): Manifest {
  return {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: spec.name, namespace: spec.namespace, labels: ownLabels(spec.stack, spec.name) },
    spec: {
      hard: sums(spec),
      scopeSelector: {
        matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: [priorityClassName(spec)] }],
      },
    },
  };
}

function sums(spec: KubeRaySpec): Record<string, string> {
  const sum = (of: (group: KubeRayGroup) => number) =>
    [spec.head, ...spec.workers].reduce((total, group) => total + of(group) * most(group), 0);
  const beside = scales(spec) ? autoscalerSidecar : { cpuCores: 0, memoryBytes: 0 };
  const cpu = cores(sum(({ member }) => member.cpus) + beside.cpuCores);
  const memory = quantity(sum(podMemoryBytes) + beside.memoryBytes);
  return {
    "limits.cpu": cpu,
    "limits.memory": memory,
    "requests.cpu": cpu,
    "requests.memory": memory,
    "requests.nvidia.com/gpu": `${sum(({ member }) => member.gpus)}`,
    pods: `${sum(() => 1)}`,
  };
}
