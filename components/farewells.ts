import type { Plan } from "../placement/plan";
import type { Topology } from "../topology/topology";

/**
 * What becomes of instances that leave a machine which cannot be asked to end them, one line per machine: the update is about to
 * fail there, or, where it was given up, they may go on unseen.
 */
export function farewells({ cluster, observed }: Topology, plan: Plan, stack: string): string[] {
  const placed = new Map(plan.placements.map(({ instance, node }) => [instance, node]));
  const leaving = new Map<string, string[]>();
  for (const [instance, { node }] of Object.entries(observed.previous))
    if (placed.get(instance) !== node) leaving.set(node, [...(leaving.get(node) ?? []), instance]);
  return [...leaving].flatMap(([node, instances]) => {
    const named = instances.sort().join(", ");
    const { gone, status } = observed.nodes[node] ?? {};
    if (gone)
      return [
        `${node} was given up: ${named} may run on there, beside any new place, until  ./berth back ${node} ${stack}  ends it`,
      ];
    const described = cluster.nodes.find(({ name }) => name === node)?.status;
    if (status !== "UNAVAILABLE" && described !== "UNAVAILABLE") return [];
    return [
      `${node} does not answer: the update will fail when it ends ${named} there, unless ${node} answers again by then. If it is gone for good, type first  ./berth gone ${node} ${stack}  (what has to be ended there is then kept until it is back)`,
    ];
  });
}
