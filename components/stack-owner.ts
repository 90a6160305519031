import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import * as pulumi from "@pulumi/pulumi";

/**
 * Who this stack is to a node: decided at the first update and kept in the state, so that the same stack run from another
 * checkout is still the owner, and another stack of the same name is refused. Readable, for the refusal's text.
 */
export function stackOwner(): pulumi.Output<string> {
  const proposal = `${userInfo().username}@${hostname()}:${process.cwd()}#${randomUUID()}`;
  return new pulumi.Stash("owner", { input: proposal }, { ignoreChanges: ["input"] }).output.apply(String);
}
