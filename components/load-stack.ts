import * as pulumi from "@pulumi/pulumi";
import { loadTopology } from "../topology/load-topology";
import type { Observed } from "../topology/observed";
import type { Topology } from "../topology/topology";

/** The topology that the stack's configuration names. Throws ConfigError with every mistake in the files. */
export function loadStack(observed: Observed): Topology {
  const config = new pulumi.Config("berth");
  return loadTopology(
    { cluster: config.require("cluster"), scenario: config.require("scenario"), connections: config.get("connections") },
    observed,
  );
}
