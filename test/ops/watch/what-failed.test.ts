/** Which line of an update a watch tells. */
import { expect, test } from "vitest";
import { whatFailed } from "../../../ops/watch/what-failed";

test.each([
  ["", ""],
  ["Updating (mine):\n\n", "Updating (mine):"],
  [
    `  pulumi:pulumi:Stack (berth-mine):
    error: nothing is started: not every instance has a place

    Plan: mine on desk
${"      rpi1             –  NodeGone: is gone\n".repeat(40)}
Resources:
    1 errored
`,
    "error: nothing is started: not every instance has a place",
  ],
  [
    `    error: exit status 1: running "exec node fetch":
    berth: checkpoint: rsync ended with 11: No space left on device (28)

    pulumi:pulumi:Stack (berth-mine):
    error: update failed
`,
    "berth: checkpoint: rsync ended with 11: No space left on device (28)",
  ],
])("the reason is found, however much follows it: %#", (output, line) => {
  expect(whatFailed(output)).toBe(line);
});
