/** The parts of Kubernetes' objects that are looked at, as the API server writes them. */
interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
  readonly generation?: number;
}

export interface KubernetesCondition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** Names of resources and quantities, such as `memory: 16Gi`. */
export type Resources = Readonly<Record<string, string>>;

export interface KubernetesNode {
  readonly metadata: Metadata;
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  };
  readonly status?: {
    readonly allocatable?: Resources;
    readonly capacity?: Resources;
    readonly conditions?: readonly KubernetesCondition[];
    readonly nodeInfo?: { readonly architecture?: string };
  };
}

export interface PodContainer {
  readonly name: string;
  readonly restartPolicy?: string;
  readonly resources?: { readonly requests?: Resources; readonly limits?: Resources };
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: Readonly<Record<string, { readonly reason?: string; readonly startedAt?: string }>>;
  readonly lastState?: Readonly<
    Record<string, { readonly reason?: string; readonly exitCode?: number; readonly finishedAt?: string }>
  >;
}

export interface Pod {
  readonly metadata: Metadata;
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly PodContainer[];
    readonly initContainers?: readonly PodContainer[];
    readonly overhead?: Resources;
    readonly resources?: PodContainer["resources"];
  };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly startTime?: string;
    readonly conditions?: readonly KubernetesCondition[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** KubeRay's `ray.io/v1` RayCluster. */
export interface RayClusterObject {
  readonly metadata: Metadata;
  readonly spec?: { readonly suspend?: boolean; readonly [more: string]: unknown };
  readonly status?: {
    readonly state?: string;
    readonly reason?: string;
    readonly observedGeneration?: number;
    readonly desiredWorkerReplicas?: number;
    readonly readyWorkerReplicas?: number;
    readonly conditions?: readonly KubernetesCondition[];
  };
}
