import * as pulumi from "@pulumi/pulumi";
import { explain } from "../placement/explain";
import type { Plan } from "../placement/plan";
import { ConfigError } from "../topology/config-error";

/**
 * Shows the decision in the preview. Throws ConfigError when an instance has no place, before any resource is made: a scenario
 * runs whole or not at all.
 */
export function announce(plan: Plan): void {
  if (plan.unplaced.length > 0)
    throw new ConfigError(["nothing is started: not every instance has a place\n", explain(plan)]);
  pulumi.log.info(explain(plan));
}
