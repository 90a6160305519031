import { randomUUID } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { ownerHere } from "./owner-here";

/**
 * Who this stack is to a node: decided at the first update and kept in the state, so that the same stack run from another
 * checkout is still the owner, and another stack of the same name is refused. Readable, for the refusal's text.
 */
export function stackOwner(): pulumi.Output<string> {
  const proposal = `${ownerHere(process.cwd())}#${randomUUID()}`;
  return new pulumi.Stash("owner", { input: proposal }, { ignoreChanges: ["input"] }).output.apply(String);
}
