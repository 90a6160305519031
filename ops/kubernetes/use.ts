import type { NodeFacts } from "../../topology/facts";
import type { KubernetesCensus } from "./census";
import { stackLabel } from "./node-facts";
import { type Amounts, added, amountsOf, inSnapshot, podAmounts } from "./pod-amounts";

type Written = NonNullable<NodeFacts["allocatable"]>;

/** What of a node of Kubernetes is asked for, and by whom. */
export interface KubernetesUse {
  /** Kubernetes' name of it. */
  readonly node: string;
  /** What pods may have. */
  readonly allocatable: Written;
  /** What all of them ask for. */
  readonly requested: Written;
  /** Null where no metrics API tells. */
  readonly memory_used_bytes: number | null;
  /** Who asks most for memory first. */
  readonly holders: readonly (Written & {
    readonly namespace: string;
    /** Of Berth; null: somebody else's. */
    readonly stack: string | null;
    readonly pods: number;
  })[];
}

/** @param used bytes in use by node of Kubernetes, where a metrics API tells */
export function kubernetesUse(
  name: string,
  { nodes, pods }: KubernetesCensus,
  used: ReadonlyMap<string, number>,
): KubernetesUse | { readonly problem: string } {
  const node = nodes.find(({ metadata }) => metadata.name === name);
  if (!node) return { problem: `Kubernetes has no node "${name}"` };
  const holders = new Map<
    string,
    { namespace: string; stack: string | null; pods: number; amounts: Amounts }
  >();
  for (const pod of pods) {
    if (pod.spec.nodeName !== name) continue;
    const { namespace = "", labels } = pod.metadata;
    const stack = labels?.[stackLabel] ?? null;
    const key = `${namespace}/${stack ?? ""}`;
    const before = holders.get(key) ?? { namespace, stack, pods: 0, amounts: amountsOf() };
    holders.set(key, {
      ...before,
      pods: before.pods + 1,
      amounts: added(before.amounts, podAmounts(pod)),
    });
  }
  const all = [...holders.values()];
  return {
    node: name,
    allocatable: inSnapshot(amountsOf(node.status?.allocatable)),
    requested: inSnapshot(added(...all.map(({ amounts }) => amounts))),
    memory_used_bytes: used.get(name) ?? null,
    holders: all
      .sort((a, b) => b.amounts.memoryBytes - a.amounts.memoryBytes || a.namespace.localeCompare(b.namespace))
      .map(({ amounts, ...holder }) => ({ ...holder, ...inSnapshot(amounts) })),
  };
}
