import { autoscalerSidecar, type KubeRayGroup, type KubeRaySpec, most, scales } from "./kube-ray-spec";
import { type Manifest, ownLabels } from "./manifest";
import { cores, quantity } from "./quantity";
import { podMemoryBytes } from "./ray-pod";

/** The namespace itself, for those who take the manifests from a folder. */
export function namespaceManifest(namespace: string, stack: string): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: ownLabels(stack) } };
}

/**
 * What holds for everything in a namespace: no more altogether than what was planned for the stack's clusters there, up to what
 * their autoscalers may reach, and limits for a container that says none, which the quota would refuse.
 * @param clusters all of the stack's in that namespace
 */
export function namespaceManifests(
  namespace: string,
  stack: string,
  clusters: readonly KubeRaySpec[],
): Manifest[] {
  const metadata = (name: string) => ({ name, namespace, labels: ownLabels(stack) });
  return [
    {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: metadata(`${stack}-quota`),
      spec: { hard: sums(clusters) },
    },
    {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: metadata(`${stack}-limits`),
      spec: { limits: [{ type: "Container", default: modest, defaultRequest: modest }] },
    },
  ];
}

const modest = { cpu: "1", memory: "1Gi" };

function sums(clusters: readonly KubeRaySpec[]): Record<string, string> {
  const groups = clusters.flatMap(({ head, workers }) => [head, ...workers]);
  const sidecars = clusters.filter(scales).length;
  const sum = (of: (group: KubeRayGroup) => number) =>
    groups.reduce((total, group) => total + of(group) * most(group), 0);
  const cpu = cores(sum(({ member }) => member.cpus) + sidecars * autoscalerSidecar.cpuCores);
  const memory = quantity(sum(podMemoryBytes) + sidecars * autoscalerSidecar.memoryBytes);
  return {
    "limits.cpu": cpu,
    "limits.memory": memory,
    "requests.cpu": cpu,
    "requests.memory": memory,
    "requests.nvidia.com/gpu": `${sum(({ member }) => member.gpus)}`,
    pods: `${sum(() => 1)}`,
  };
}
