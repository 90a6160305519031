import { autoscalerSidecar } from "../../topology/kube-ray";
import {
  type KubeRayGroup,
  type KubeRaySpec,
  knowsTokens,
  most,
  scales,
  tokenSecretName,
} from "./kube-ray-spec";
import { type Manifest, ownLabels } from "./manifest";
import { cores, quantity } from "./quantity";
import { rayPodTemplate } from "./ray-pod";

/** The cluster as KubeRay's operator takes it (`ray.io/v1`). */
export function rayClusterManifest(spec: KubeRaySpec): Manifest {
  const scaled = scales(spec);
  return {
    apiVersion: "ray.io/v1",
    kind: "RayCluster",
    metadata: {
      name: spec.name,
      namespace: spec.namespace,
      labels: ownLabels(spec.stack, spec.name),
      annotations: {
        // The engine's own wait knows nothing of its status; ours says why a pod is pending.
        "pulumi.com/skipAwait": "true",
      },
    },
    spec: {
      rayVersion: spec.version,
      ...(knowsTokens(spec.version) && {
        authOptions: { mode: "token", secretName: tokenSecretName(spec) },
      }),
      // With None a changed image would never reach a pod that runs.
      upgradeStrategy: { type: "Recreate" },
      ...(scaled && { enableInTreeAutoscaling: true, autoscalerOptions: autoscalerOptions(spec) }),
      headGroupSpec: {
        serviceType: "ClusterIP",
        rayStartParams: {
          ...startParams(spec.head),
          // Where there are workers the head only leads: what ran on it would take the whole cluster along.
          ...(spec.workers.length > 0 && { "num-cpus": "0" }),
          // Within its pod; whoever may come to the pod, the NetworkPolicy says.
          "dashboard-host": "0.0.0.0",
        },
        template: rayPodTemplate(spec, spec.head, "head"),
      },
      workerGroupSpecs: spec.workers.map((group) => ({
        groupName: group.name,
        replicas: group.replicas,
        minReplicas: group.scale?.min ?? group.replicas,
        maxReplicas: most(group),
        rayStartParams: startParams(group),
        template: rayPodTemplate(spec, group, "worker"),
      })),
    },
  };
}

/** All that Ray would otherwise guess, too high: KubeRay passes the whole limit as memory, and Ray takes 30 % again for objects. */
function startParams({ member }: KubeRayGroup): Record<string, string> {
  return {
    "num-cpus": `${member.cpus}`,
    ...(member.gpus > 0 && { "num-gpus": `${member.gpus}` }),
    memory: `${member.heapBytes}`,
    "object-store-memory": `${member.objectStoreBytes}`,
  };
}

function autoscalerOptions({ idleTimeoutSeconds }: KubeRaySpec) {
  const resources = {
    cpu: cores(autoscalerSidecar.cpuCores),
    memory: quantity(autoscalerSidecar.memoryBytes),
  };
  return {
    version: "v2",
    upscalingMode: "Default",
    idleTimeoutSeconds,
    resources: { limits: resources, requests: resources },
  };
}
