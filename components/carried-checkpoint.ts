import { dirname, join } from "node:path";
import { local } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { CarryRequest } from "./carry-checkpoint";
import { goneFolder } from "./gone-folder";
import type { Placed } from "./instance-view";
import { reachEnvironment } from "./reach";

/**
 * Carries an instance's checkpoint when it moves. It stands before the janitor in the row: on a move the janitor ends the instance
 * first, then the delete of this writes down where it was, and the create fetches from there before the start. ADR 16.
 */
export function carriedCheckpoint(
  name: string,
  { node, instance }: Placed,
  { parent, dependsOn }: { parent: pulumi.Resource } & Pick<pulumi.ResourceOptions, "dependsOn">,
): local.Command {
  const folder = join(dirname(goneFolder()), "checkpoints");
  const request = node.target.apply(
    (target): CarryRequest => ({ ...target, instance: instance.id, folder, seconds: checkSeconds }),
  );
  return new local.Command(
    `${name}-checkpoint`,
    {
      create: "exec node --import tsx components/carry-checkpoint.ts fetch",
      delete: "exec node --import tsx components/carry-checkpoint.ts leave",
      environment: reachEnvironment(node.reach, checkSeconds),
      stdin: request.apply((value) => JSON.stringify(value)),
      triggers: [...node.place],
      addPreviousOutputInEnv: false,
      // What was carried, or lost, is for people.
      logging: "stderr",
    },
    { parent, dependsOn, deleteBeforeReplace: true, additionalSecretOutputs: ["stdout"] },
  );
}

/** A node reads the whole checkpoint to make its digest: a hundred gigabytes from a slow disk. */
const checkSeconds = 900;
