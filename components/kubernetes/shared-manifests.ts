import { headHost, headPorts } from "./kube-ray-spec";
import { type Manifest, ownLabels } from "./manifest";

/** Somebody else's RayCluster, and who uses it from another namespace. */
export interface SharedRaySpec {
  readonly name: string;
  readonly namespace: string;
  readonly stack: string;
  /** Of Ray, which its clients have to match. */
  readonly version: string;
  /** Of its images, the first two numbers of which clients have to match. */
  readonly python: string;
  readonly client: {
    readonly namespace: string;
    readonly serviceAccount: string;
    readonly role: "namespaced" | "cluster";
  };
  /** What each session installs, as `ray.init` takes it. */
  readonly runtimeEnv: Readonly<Record<string, unknown>>;
}

export interface SharedManifests {
  readonly serviceAccount: Manifest;
  readonly role: Manifest;
  readonly binding: Manifest;
  readonly dashboard: Manifest;
  readonly config: Manifest;
}

/** What a client of somebody else's cluster needs, and no more: nothing of the cluster itself is touched. */
export function sharedManifests(spec: SharedRaySpec): SharedManifests {
  const { name, namespace, stack, client } = spec;
  const labels = ownLabels(stack, name);
  const beside = { namespace: client.namespace, labels };
  const everywhere = client.role === "cluster";
  // A ClusterRole belongs to no namespace: its name says both, with what neither may have between them.
  const access = everywhere
    ? `${client.namespace}.${namespace}.${name}-client`
    : `${client.namespace}-${name}-client`;
  const roleMetadata = everywhere ? { name: access, labels } : { name: access, namespace, labels };
  const kind = everywhere ? "ClusterRole" : "Role";
  return {
    serviceAccount: {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: client.serviceAccount, ...beside },
    },
    role: {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind,
      metadata: roleMetadata,
      rules: rules[client.role],
    },
    binding: {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: `${kind}Binding`,
      metadata: roleMetadata,
      subjects: [{ kind: "ServiceAccount", name: client.serviceAccount, namespace: client.namespace }],
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name: access },
    },
    dashboard: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: `${name}-dashboard`, ...beside },
      spec: {
        type: "ExternalName",
        externalName: headHost(spec),
        ports: [
          { name: "dashboard", port: headPorts.dashboard, targetPort: headPorts.dashboard, protocol: "TCP" },
        ],
      },
    },
    config: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `${name}-client`, ...beside },
      data: {
        RAY_ADDRESS: `ray://${headHost(spec)}:${headPorts.client}`,
        RAY_VERSION: spec.version,
        PYTHON_VERSION: spec.python,
        RAY_RUNTIME_ENV: JSON.stringify(spec.runtimeEnv),
      },
    },
  };
}

const rule = (apiGroup: string, resource: string, verbs: readonly string[]) => ({
  apiGroups: [apiGroup],
  resources: [resource],
  verbs: [...verbs],
});

const reading = ["get", "list"];
const making = [...reading, "create", "delete"];

const rules = {
  // To find the cluster, and to run jobs on it. Nobody but its owner makes or deletes a cluster.
  namespaced: [
    rule("", "services", reading),
    rule("ray.io", "rayclusters", reading),
    rule("ray.io", "rayjobs", making),
  ],
  // For a client that makes clusters of its own, wherever.
  cluster: [
    rule("", "services", reading),
    rule("ray.io", "rayclusters", making),
    rule("ray.io", "rayjobs", making),
  ],
};
