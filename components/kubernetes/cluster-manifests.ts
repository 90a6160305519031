import {
  headPorts,
  type KubeRaySpec,
  knowsTokens,
  priorityClassName,
  tokenSecretName,
} from "./kube-ray-spec";
import { type Manifest, ownLabels } from "./manifest";
import { networkPolicies } from "./network-policies";
import { quota } from "./quota";
import { rayClusterManifest } from "./ray-cluster-manifest";

/** What stands before a Ray cluster, itself, and what stands beside it; a token is put into the Secret where it is made. */
export interface ClusterManifests {
  readonly priorityClass: Manifest;
  readonly quota: Manifest;
  /** Of Ray that knows none: there is none. */
  readonly secret?: Manifest;
  readonly networkPolicies: readonly Manifest[];
  readonly cluster: Manifest;
  readonly clientService?: Manifest;
}

/** All objects of one Ray cluster, in its namespace. */
export function clusterManifests(spec: KubeRaySpec): ClusterManifests {
  return {
    priorityClass: priorityClass(spec),
    quota: quota(spec),
    ...(knowsTokens(spec.version) && { secret: secret(spec) }),
    networkPolicies: networkPolicies(spec),
    cluster: rayClusterManifest(spec),
    ...(spec.clientService && { clientService: clientService(spec, spec.clientService) }),
  };
}

/** Below whoever says nothing (0), and never at the cost of somebody who runs. */
function priorityClass(spec: KubeRaySpec): Manifest {
  return {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name: priorityClassName(spec), labels: ownLabels(spec.stack, spec.name) },
    value: spec.priority,
    preemptionPolicy: "Never",
    description: `Ray cluster ${spec.name} in ${spec.namespace}: gives way, ends nobody`,
  };
}

function secret(spec: KubeRaySpec): Manifest {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: tokenSecretName(spec),
      namespace: spec.namespace,
      labels: ownLabels(spec.stack, spec.name),
    },
    type: "Opaque",
  };
}

function clientService(spec: KubeRaySpec, name: string): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name,
      namespace: spec.namespace,
      labels: ownLabels(spec.stack, spec.name),
      // The engine would wait for the head behind it, in silence; ours says why that is not there.
      annotations: { "pulumi.com/skipAwait": "true" },
    },
    spec: {
      type: "ClusterIP",
      selector: { "ray.io/cluster": spec.name, "ray.io/node-type": "head" },
      ports: [{ name: "client", port: headPorts.client, targetPort: headPorts.client, protocol: "TCP" }],
    },
  };
}
