import { closeSync, openSync, readSync } from "node:fs";
import { test } from "vitest";
import { pluginProgram } from "../../tools/plugins.mjs";

/** For a plugin: makes a test of what the official one does and the stand-in does not, for the reason given: there it is skipped. */
export const differsIn =
  (plugin: string) =>
  (name: string, reason: string, body: () => Promise<void>): void =>
    test.skipIf(startsLikeScript(pluginProgram(plugin)))(`${name} (the stand-in differs: ${reason})`, body);

function startsLikeScript(file: string): boolean {
  const head = Buffer.alloc(2);
  const descriptor = openSync(file, "r");
  readSync(descriptor, head);
  closeSync(descriptor);
  return head.toString() === "#!";
}
