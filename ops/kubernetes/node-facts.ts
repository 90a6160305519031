import type { CoTenant } from "../../topology/co-tenant";
import { didYouMean } from "../../topology/did-you-mean";
import type { NodeFacts } from "../../topology/facts";
import type { Node } from "../../topology/node";
import { showGb } from "../../topology/units";
import { namespacePrefix } from "../../topology/with-kubernetes";
import type { KubernetesCensus } from "./census";
import type { KubernetesNode, Pod } from "./objects";
import { type Amounts, added, amountsOf, inSnapshot, podAmounts } from "./pod-amounts";

export interface SeenBy {
  readonly census: KubernetesCensus;
  /** For the remedies. */
  readonly context: string;
  readonly now: Date;
  /** How long a node may be not ready. */
  readonly graceSeconds: number;
}

/** Whose a pod is: the label that Berth gives to all it makes. */
export const stackLabel = "berth.dev/stack";

/**
 * How a node is in Kubernetes' own words, what of it pods may have, and what those hold that are no co-tenant's of the cluster
 * file.
 */
export function kubernetesNodeFacts(node: Node & { kubernetesNode: string }, by: SeenBy): NodeFacts {
  const name = node.kubernetesNode;
  const { nodes, pods } = by.census;
  const seen = nodes.find(({ metadata }) => metadata.name === name);
  if (!seen) {
    const known = nodes.map(({ metadata }) => metadata.name);
    const reason = `Kubernetes has no node "${name}"${didYouMean(name, known)}`;
    return { status: "UNAVAILABLE", reason, holdings: [] };
  }
  const here = pods.filter(({ spec }) => spec.nodeName === name);
  const foreign = here.filter((pod) => !node.coTenants.some((tenant) => isOfTenant(pod, tenant)));
  const allocatable = amountsOf(seen.status?.allocatable);
  const notes = [...sizeNotes(node, seen, allocatable), ...tenantNotes(node, here)];
  return {
    ...statusOf(seen, by),
    allocatable: inSnapshot(allocatable),
    holdings: foreign.flatMap(holdingOf),
    ...(notes.length > 0 && { notes }),
  };
}

/** What Berth made is nobody else's, wherever it is. */
export function isOfTenant({ metadata }: Pod, { namespace }: Pick<CoTenant, "namespace">): boolean {
  return namespace !== undefined && namespace === metadata.namespace && !metadata.labels?.[stackLabel];
}

function holdingOf(pod: Pod): NodeFacts["holdings"] {
  const { cpuCores, memoryBytes, gpus } = podAmounts(pod);
  const owner = pod.metadata.labels?.[stackLabel];
  if (cpuCores === 0 && memoryBytes === 0 && gpus === 0) return [];
  return [
    {
      stack: `${namespacePrefix}${pod.metadata.namespace}`,
      instance: pod.metadata.name,
      ...(owner !== undefined && { pod_of: owner }),
      memory_bytes: memoryBytes,
      gpu_memory_bytes: 0,
      ...(cpuCores > 0 && { cpu_cores: cpuCores }),
      ...(gpus > 0 && { gpus }),
      slots: 0,
      port: null,
    },
  ];
}

const pressures: Readonly<Record<string, string>> = {
  MemoryPressure: "short of memory",
  DiskPressure: "short of disk",
  PIDPressure: "short of process ids",
  NetworkUnavailable: "without its network",
};

/** A cordoned or tainted node keeps its pods and gets no new ones of ours: that is DEGRADED, not MAINTENANCE, which gives them up. */
function statusOf(
  { metadata, spec, status }: KubernetesNode,
  by: SeenBy,
): Pick<NodeFacts, "status" | "reason"> {
  const conditions = status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === "Ready");
  if (ready?.status !== "True") {
    const why = ready
      ? (ready.message ?? ready.reason ?? "it does not say why")
      : "nobody has answered for it yet";
    const since = Date.parse(ready?.lastTransitionTime ?? "");
    const seconds = Math.max(0, Math.round((by.now.getTime() - since) / 1000));
    // No time: it never was ready.
    if (Number.isNaN(since) || seconds >= by.graceSeconds)
      return { status: "UNAVAILABLE", reason: `not ready: ${why}` };
    const reason = `not ready for ${seconds} s, unavailable after ${by.graceSeconds} s: ${why}`;
    return { status: "DEGRADED", reason };
  }
  const shortages = conditions.flatMap(({ type, status: is }) =>
    is === "True" ? (pressures[type] ?? []) : [],
  );
  const taints = (spec?.taints ?? [])
    // Kubernetes' own say again what the conditions say.
    .filter(({ key, effect }) => effect !== "PreferNoSchedule" && !key.startsWith("node.kubernetes.io/"))
    .map(({ key, value, effect }) => `tainted ${key}${value ? `=${value}` : ""}:${effect}`);
  const cordon = `cordoned; kubectl --context ${by.context} uncordon ${metadata.name} takes it back`;
  const reasons = [...shortages, ...taints, ...(spec?.unschedulable ? [cordon] : [])];
  return reasons.length > 0 ? { status: "DEGRADED", reason: reasons.join(", ") } : { status: "HEALTHY" };
}

/** Declared against real, as the preflight of a node over SSH does it: with 3 % tolerance. */
function sizeNotes(node: Node, { status }: KubernetesNode, allocatable: Amounts): string[] {
  const capacity = amountsOf(status?.capacity ?? status?.allocatable);
  const arch = status?.nodeInfo?.architecture;
  return [
    ...(capacity.memoryBytes < node.ramBytes * 0.97
      ? [
          `ram_gb is ${showGb(node.ramBytes)} in the cluster file, the node has ${showGb(capacity.memoryBytes)}`,
        ]
      : []),
    ...(node.cpuCores !== undefined && capacity.cpuCores < node.cpuCores
      ? [`cpu_cores is ${node.cpuCores} in the cluster file, the node has ${capacity.cpuCores}`]
      : []),
    ...(allocatable.gpus !== node.gpus
      ? [
          `gpus is ${node.gpus} in the cluster file, pods may have ${allocatable.gpus}${allocatable.gpus === 0 ? ": does the device plugin run there?" : ""}`,
        ]
      : []),
    ...(arch !== undefined && node.arch !== undefined && arch !== node.arch
      ? [`arch is ${node.arch} in the cluster file, the node is ${arch}`]
      : []),
  ];
}

/** A co-tenant counts as its file says: who asks for more than that is told. */
function tenantNotes({ coTenants }: Node, here: readonly Pod[]): string[] {
  return coTenants.flatMap((tenant) => {
    const own = here.filter((pod) => isOfTenant(pod, tenant));
    if (tenant.namespace === undefined || own.length === 0) return [];
    const { memoryBytes, gpus } = added(...own.map((pod) => podAmounts(pod)));
    return memoryBytes > tenant.ramBytes
      ? [
          `${tenant.name} asks for ${showGb(memoryBytes)} in namespace ${tenant.namespace}, the cluster file says ${showGb(tenant.ramBytes)}`,
        ]
      : gpus > Math.max(1, tenant.gpus ?? 0)
        ? [
            `${tenant.name} asks for ${gpus} GPUs in namespace ${tenant.namespace}, the cluster file says ${tenant.gpus ?? 0}`,
          ]
        : [];
  });
}
