import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { pulumiHome, versions } from "../../tools/environment.mjs";

const isStandIn = startsLikeScript(
  join(
    pulumiHome()?.path ?? "",
    "plugins",
    `resource-command-v${versions.command}`,
    "pulumi-resource-command",
  ),
);

/** A test of what the official plugin does and the stand-in does not, for the reason given: there it is skipped. */
export const differs = (name: string, reason: string, body: () => Promise<void>) =>
  test.skipIf(isStandIn)(`${name} (the stand-in differs: ${reason})`, body);

function startsLikeScript(file: string): boolean {
  const head = Buffer.alloc(2);
  const descriptor = openSync(file, "r");
  readSync(descriptor, head);
  closeSync(descriptor);
  return head.toString() === "#!";
}
