import * as pulumi from "@pulumi/pulumi";
import { explain } from "../placement/explain";
import type { Plan } from "../placement/plan";

/**
 * Shows the decision in the preview. Throws when an instance has no place, before any resource is made: a scenario runs
 * whole or not at all.
 */
export function announce(plan: Plan): void {
  if (plan.unplaced.length > 0)
    throw new pulumi.RunError(`nothing is started: not every instance has a place\n\n${explain(plan)}`);
  pulumi.log.info(explain(plan));
}
