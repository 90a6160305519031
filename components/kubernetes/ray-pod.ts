import { headVariables } from "../head-variables";
import { headPorts, type KubeRayGroup, type KubeRaySpec, priorityClassName, scales } from "./kube-ray-spec";
import { ownLabels } from "./manifest";
import { cores, quantity } from "./quantity";
import { rayImage } from "./ray-image";

/** All that a pod may use, which is also all that is kept for it. */
export function podMemoryBytes({ member }: KubeRayGroup): number {
  return member.heapBytes + member.objectStoreBytes + member.ownBytes;
}

/**
 * Template of a group's pods. Requests are limits: what was planned is kept, and no more is given. The operator mounts /dev/shm
 * for the object store, and what lies there counts as the container's memory.
 */
export function rayPodTemplate(spec: KubeRaySpec, group: KubeRayGroup, role: "head" | "worker") {
  const { member } = group;
  const resources = {
    cpu: cores(member.cpus),
    memory: quantity(podMemoryBytes(group)),
    ...(member.gpus > 0 && { "nvidia.com/gpu": `${member.gpus}` }),
  };
  const scaled = scales(spec);
  return {
    metadata: { labels: ownLabels(spec.stack, spec.name) },
    spec: {
      containers: [
        {
          name: `ray-${role}`,
          image: rayImage(spec, group),
          ...(role === "head" && { ports: containerPorts }),
          env: [
            { name: "RAY_memory_usage_threshold", value: `${spec.memoryThreshold}` },
            ...(role === "head" ? headVariables.map(([name, value]) => ({ name, value })) : []),
          ],
          resources: { limits: resources, requests: resources },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
            seccompProfile: { type: "RuntimeDefault" },
          },
        },
      ],
      priorityClassName: priorityClassName(spec),
      // The second autoscaler ends pods by itself and takes one that comes back for another.
      restartPolicy: scaled ? "Never" : "Always",
      // Only the autoscaler, beside the head, speaks to the API server.
      automountServiceAccountToken: scaled && role === "head",
      nodeSelector: { "kubernetes.io/arch": group.arch },
      affinity: { nodeAffinity: nodeAffinity(group) },
    },
  };
}

const containerPorts = [
  { name: "gcs-server", containerPort: 6379 },
  { name: "dashboard", containerPort: headPorts.dashboard },
  { name: "client", containerPort: headPorts.client },
];

function nodeAffinity({ nodes, planned }: KubeRayGroup) {
  const on = (name: string) => ({
    matchFields: [{ key: "metadata.name", operator: "In", values: [name] }],
  });
  return {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: nodes.map(on) },
    // Where there is no choice there is nothing to prefer, and a plan that changes changes no pod.
    ...(planned.length < nodes.length && {
      preferredDuringSchedulingIgnoredDuringExecution: planned.map((name) => ({
        weight: 100,
        preference: on(name),
      })),
    }),
  };
}
