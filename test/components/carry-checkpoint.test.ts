/** A program that outlived its engine. That checkpoints arrive is proved in test/integration/checkpoint. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { reachEnvironment } from "../../components/reach";

const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
afterAll(() => rmSync(folder, { recursive: true }));
const note = join(folder, "checkpoints", "hive", ".a.json");
const asked = join(folder, "asked");

/** In the place of a program of the system. */
function fake(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o700);
}

function carry(step: string, node: string): string {
  const access = { host: "192.0.2.1", port: 22, user: "pi", hostKey: "ssh-ed25519 AAAA" };
  const request = { work_dir: "~/work", stack: "hive", owner: "me", instance: "a", seconds: 10 };
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "components/carry-checkpoint.ts", step],
    {
      env: {
        ...process.env,
        ...reachEnvironment({ node, stack: "hive", access, gone: "" }, 10),
        PATH: `${folder}:${process.env.PATH}`,
        XDG_RUNTIME_DIR: folder,
      },
      input: JSON.stringify({ ...request, folder: join(folder, "checkpoints") }),
      encoding: "utf8",
    },
  );
  expect(status, stderr).toBe(0);
  return stderr;
}

test("what another one has carried meanwhile is not put in the place of what runs", () => {
  mkdirSync(join(folder, "checkpoints"));
  const found = { there: true, files: 1, bytes: 2, digest: "d", outcome: "written" };
  fake("ssh", `cat >>${asked}; echo '${JSON.stringify(found)}'`);
  carry("leave", "rpi1");
  fake("rsync", ":");
  expect(carry("fetch", "rpi2")).toBe("a rpi1 → rpi2: its checkpoint of 1 file, 0.0 MB, is there\n");
  const steps = () =>
    [...readFileSync(asked, "utf8").matchAll(/step[\\"]+: ?[\\"]+(\w+)/g)].map(([, step]) => step);
  expect(steps()).toEqual(["look", "take", "forget"]);

  rmSync(asked);
  carry("leave", "rpi1");
  fake("rsync", `rm -f ${note}`);
  expect(carry("fetch", "rpi2")).toBe("");
  expect(existsSync(note)).toBe(false);
  expect(steps()).toEqual(["look"]);
});
