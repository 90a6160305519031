import * as pulumi from "@pulumi/pulumi";
import { loadTopology } from "../topology/load-topology";
import type { Observed } from "../topology/observed";
import type { Topology } from "../topology/topology";

/**
 * The topology that the stack's configuration names. `berth:connections` says how its machines are reached where that differs
 * from the cluster file; `berth:purge` wins over the scenario's `purge`. Throws ConfigError with every mistake in the files.
 */
export function loadStack(observed: Observed): Topology {
  const config = new pulumi.Config("berth");
  const topology = loadTopology(
    {
      cluster: config.require("cluster"),
      scenario: config.require("scenario"),
      connections: config.get("connections"),
    },
    observed,
  );
  const purge = config.getBoolean("purge") ?? topology.scenario.purge;
  return { ...topology, scenario: { ...topology.scenario, purge } };
}
