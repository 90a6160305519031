import { createHash } from "node:crypto";
import type { RayMember } from "../../topology/ray-members";

/** One kind of member, all that its pods are made of. */
export interface KubeRayGroup {
  /** Of the worker group; the head's is `headgroup`, as the operator calls it. */
  readonly name: string;
  readonly arch: "amd64" | "arm64";
  readonly member: Pick<RayMember, "cpus" | "gpus" | "heapBytes" | "objectStoreBytes" | "ownBytes">;
  /** As many as there are at first. */
  readonly replicas: number;
  /** Fewest and most, where Ray's autoscaler decides. Undefined: always `replicas`. */
  readonly scale?: { readonly min: number; readonly max: number };
  /** Nodes of Kubernetes that its pods may go to. */
  readonly nodes: readonly string[];
  /** Those of them that the plan has them on. */
  readonly planned: readonly string[];
}

/** A Ray cluster as the operator is asked for it: plain, and without the token. */
export interface KubeRaySpec {
  /** Of the RayCluster object. */
  readonly name: string;
  readonly namespace: string;
  readonly stack: string;
  /** Of Ray. */
  readonly version: string;
  /** The images' Python, `3.12`. Undefined: images of one's own that do not say it. */
  readonly python?: string;
  readonly head: KubeRayGroup;
  readonly workers: readonly KubeRayGroup[];
  /** Of one's own, by architecture; the official ones where there is none. */
  readonly images: { readonly amd64?: string; readonly arm64?: string };
  readonly memoryThreshold: number;
  /** Below 0: pods of a higher priority come first, and none is ended for these. */
  readonly priority: number;
  readonly egress: "cluster" | "open";
  /** Namespaces whose pods may speak to it. */
  readonly clients: readonly string[];
  /** Another name for the client's port. */
  readonly clientService?: string;
  readonly idleTimeoutSeconds: number;
}

/** Ports of a head that others than Ray's own pods speak to. */
export const headPorts = { client: 10001, dashboard: 8265 } as const;

export const scales = ({ workers }: KubeRaySpec): boolean => workers.some(({ scale }) => scale !== undefined);

/** The most pods that a group may have. */
export const most = ({ replicas, scale }: KubeRayGroup): number => scale?.max ?? replicas;

export const tokenSecretName = ({ name }: Pick<KubeRaySpec, "name">) => `${name}-token`;

/**
 * A class belongs to no namespace, so that its name says both, with what neither may have between them; and it cannot be changed,
 * so that another value is another class. A quota whose class has a longer name would have the API server refuse every pod in the
 * namespace, whoever's.
 */
export function priorityClassName({ name, namespace, priority }: KubeRaySpec): string {
  return shortened(`${namespace}.${name}-${priority < 0 ? "minus" : "plus"}-${Math.abs(priority)}`);
}

/** At most 63 letters, as labels have them, and of each name another. */
function shortened(name: string): string {
  if (name.length <= 63) return name;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.slice(0, 54).replace(/[.-]+$/, "")}-${digest}`;
}

/** The name that the operator gives the head's Service, from anywhere in the cluster. */
export const headHost = ({ name, namespace }: Pick<KubeRaySpec, "name" | "namespace">) =>
  `${name}-head-svc.${namespace}.svc.cluster.local`;

// KubeRay and Ray have tokens since then.
const firstWithTokens = [2, 52] as const;

/** Whether this Ray can ask for a token. */
export function knowsTokens(version: string): boolean {
  const [major, minor] = version.split(".").map(Number) as [number, number];
  return major > firstWithTokens[0] || (major === firstWithTokens[0] && minor >= firstWithTokens[1]);
}
