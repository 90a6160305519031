import { existsSync } from "node:fs";
import { combineObservations } from "../../components/combine-observations";
import { withDrainedNodes } from "../../topology/drained-nodes";
import { readFacts } from "../../topology/facts";
import { withGoneNodes } from "../../topology/gone-nodes";
import { loadTopology } from "../../topology/load-topology";
import type { Observed } from "../../topology/observed";
import type { StackFiles } from "../../topology/stack-files";
import type { Topology } from "../../topology/topology";
import { withKubernetes } from "../../topology/with-kubernetes";

/**
 * A stack's topology as the verbs see it that decide without Pulumi: its files, its snapshot of facts, the nodes that were
 * drained or given up. What ran before stands in the state, which only Pulumi reads. Throws ConfigError.
 */
export function stackTopology(stack: string, files: StackFiles): Topology {
  const topology = loadTopology(files, observedFacts(stack, files.facts));
  return withGoneNodes(withDrainedNodes(withKubernetes(topology), files.drained), files.gone);
}

function observedFacts(stack: string, file: string): Observed {
  const snapshot = existsSync(file) ? readFacts(file) : undefined;
  return combineObservations({ stack, own: undefined, others: [], snapshot, now: new Date() });
}
