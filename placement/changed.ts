import type { Instance } from "../topology/instance";
import type { Node } from "../topology/node";
import type { Topology } from "../topology/topology";

/** The same with another value for one instance or one node: a question of "what if". */
export function changed(
  { cluster, scenario, observed }: Topology,
  change: { instance: string; to: Partial<Instance> } | { node: string; to: Partial<Node> },
): Topology {
  if ("node" in change) {
    const nodes = cluster.nodes.map((node) => (node.name === change.node ? { ...node, ...change.to } : node));
    return { cluster: { ...cluster, nodes }, scenario, observed };
  }
  const instances = scenario.instances.map((one) =>
    one.id === change.instance ? { ...one, ...change.to } : one,
  );
  return { cluster, scenario: { ...scenario, instances }, observed };
}
