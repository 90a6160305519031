/** What is the same for all verbs: words and files that cannot be written, and names of stacks. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";

// Whole processes, of which a busy machine makes seconds each.
vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

function berth(...args: string[]) {
  const { status, stdout, stderr } = spawnSync("./berth", args, { encoding: "utf8" });
  return { status, stdout, stderr };
}

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
});

it("a folder that cannot be written is told in one line", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  expect(berth("plan", "hive-cluster", "--html", join(file, "plan.html"))).toEqual({
    status: 74,
    stdout: "",
    stderr: `berth: ENOTDIR: not a directory, open '${file}/plan.html'; mend that, then run this again\n`,
  });
});

it.each(["html", "svg"])("a picture of a plan goes to a folder that is there: --%s", (option) => {
  expect(berth("plan", "hive-cluster", `--${option}`, join(folder, "none", "plan"))).toEqual({
    status: 2,
    stdout: "",
    stderr: `berth: --${option}: no directory ${folder}/none; make it, or name another\n`,
  });
});

it.each(["forward", "connect"])("%s knows the stacks' names without their states", (verb) => {
  expect(berth(verb, "hive-clutser")).toEqual({
    status: 2,
    stdout: "",
    stderr: 'berth: no stack "hive-clutser", did you mean "hive-cluster"?\n',
  });
});
