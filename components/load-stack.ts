import { withDrainedNodes } from "../topology/drained-nodes";
import { withGoneNodes } from "../topology/gone-nodes";
import { loadTopology } from "../topology/load-topology";
import type { Observed } from "../topology/observed";
import { defaultDrainedFolder } from "../topology/stack-files";
import type { Topology } from "../topology/topology";
import { withKubernetes } from "../topology/with-kubernetes";
import { goneFolder } from "./gone-folder";
import { stackConfig } from "./stack-config";

/**
 * The topology that the stack's configuration names. `berth:connections` says how its machines are reached where that differs
 * from the cluster file; `berth:purge` wins over the scenario's `purge`; a node that was drained is in maintenance, and one that was given up is gone, whatever was observed; a node of Kubernetes offers what pods may have of it.
 * Throws ConfigError with every mistake in the files.
 */
export function loadStack(observed: Observed): Topology {
  const config = stackConfig();
  const topology = loadTopology(
    {
      cluster: config["berth:cluster"],
      scenario: config["berth:scenario"],
      connections: config["berth:connections"],
    },
    observed,
  );
  const written = config["berth:purge"];
  const purge = written === undefined ? topology.scenario.purge : String(written) === "true";
  const drained = config["berth:drained"] ?? defaultDrainedFolder;
  const inService = withDrainedNodes({ ...topology, scenario: { ...topology.scenario, purge } }, drained);
  return withGoneNodes(withKubernetes(inService), goneFolder());
}
