/** What no verb knows of: that its words cannot be written. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { expect, it } from "vitest";

it("words that a full disk did not take make themselves known, once, and by the exit status", () => {
  const full = openSync("/dev/full", "w");
  const { status, stderr } = spawnSync("./berth", ["validate"], {
    stdio: ["ignore", full, "pipe"],
    encoding: "utf8",
  });
  closeSync(full);
  expect([status, stderr]).toEqual([
    74,
    "berth: not all it has to say could be printed: ENOSPC: no space left on device, write\n",
  ]);
}, 60_000);
