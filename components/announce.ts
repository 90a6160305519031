import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { explain } from "../placement/explain";
import type { Plan } from "../placement/plan";
import { toJson } from "../placement/to-json";
import { ConfigError } from "../topology/config-error";
import type { Topology } from "../topology/topology";
import { farewells } from "./farewells";

/**
 * Shows the decision in the preview. Throws ConfigError when an instance has no place, before any resource is made: a scenario
 * runs whole or not at all.
 */
export function announce(topology: Topology, plan: Plan): void {
  // For the record that `./berth up` keeps.
  const file = process.env.BERTH_PLAN_FILE;
  if (file) writeFileSync(file, JSON.stringify(toJson(plan)));
  if (plan.unplaced.length > 0)
    throw new ConfigError(["nothing is started: not every instance has a place\n", explain(plan)]);
  pulumi.log.info(explain(plan));
  for (const line of exemptions(topology)) pulumi.log.warn(line);
  for (const line of farewells(topology, plan, pulumi.getStack())) pulumi.log.warn(line);
}

/** Of clusters whose Ray is too old and stays for now. */
function exemptions({ scenario: { rayClusters, sharedRayClusters = [] } }: Topology): string[] {
  const all = [
    ...rayClusters.map(({ name, version, kubernetes }) => ({
      name,
      version,
      exemption: kubernetes?.exemption,
    })),
    ...sharedRayClusters,
  ];
  return all.flatMap(({ name, version, exemption }) =>
    exemption ? [`${name}: Ray ${version} is older than what is safe, and exempted: ${exemption}`] : [],
  );
}
