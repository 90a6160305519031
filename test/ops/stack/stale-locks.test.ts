// Whose lock is removed, and whose is only named. That a real one of a killed update is removed is proved in test/integration.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { clearStaleLocks } from "../../../ops/stack/stale-locks";

let state: string;
let lockFile: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "berth-test-"));
  const folder = join(state, ".pulumi/locks/organization/berth/hive");
  mkdirSync(folder, { recursive: true });
  lockFile = join(folder, "8f0c.json");
});
afterEach(() => rmSync(state, { recursive: true }));

const deadPid = () => spawnSync("true").pid;
const now = () => new Date().toISOString();

async function clear(lock: { pid: number; hostname?: string; timestamp?: string }): Promise<string[]> {
  const timestamp = "2026-01-01T12:00:00Z";
  writeFileSync(lockFile, JSON.stringify({ username: "ana", hostname: hostname(), timestamp, ...lock }));
  return clearStaleLocks("hive", { PULUMI_BACKEND_URL: `file://${state}` });
}

test("the lock of a process of this machine that is no more is removed", async () => {
  const pid = deadPid();
  expect(await clear({ pid })).toEqual([
    `pulumi process ${pid} of ana@${hostname()} died at work on this stack; its lock of 2026-01-01T12:00:00Z is removed`,
  ]);
  expect(existsSync(lockFile)).toBe(false);
});

test("so it is when a younger process has got its number", async () => {
  expect((await clear({ pid: process.pid }))[0]).toContain("is removed");
  expect(existsSync(lockFile)).toBe(false);
});

test("a Pulumi that looks younger than its lock, because the clock was put forward, keeps it", async () => {
  const program = join(state, "pulumi");
  copyFileSync("/bin/sleep", program);
  chmodSync(program, 0o700);
  const pulumi = spawn(program, ["60"]);
  await once(pulumi, "spawn");
  try {
    const [said] = await clear({ pid: pulumi.pid! });
    expect(said).toContain("has been at work on this stack since 2026-01-01T12:00:00Z; wait for its end");
    expect(existsSync(lockFile)).toBe(true);
  } finally {
    pulumi.kill();
  }
});

test("the lock of a living process is only named", async () => {
  const timestamp = now();
  expect(await clear({ pid: process.pid, timestamp })).toEqual([
    `pulumi process ${process.pid} of ana@${hostname()} has been at work on this stack since ${timestamp}; wait for its end`,
  ]);
  expect(existsSync(lockFile)).toBe(true);
});

test("another machine's lock is only named, whatever runs here", async () => {
  const pid = deadPid();
  expect(await clear({ pid, hostname: "elsewhere" })).toEqual([
    `pulumi process ${pid} of ana@elsewhere has held this stack since 2026-01-01T12:00:00Z; if it is no more there, type  pulumi cancel hive`,
  ]);
  expect(existsSync(lockFile)).toBe(true);
});

test("a lock that cannot be read is left alone, and named", async () => {
  writeFileSync(lockFile, "");
  expect(await clearStaleLocks("hive", { PULUMI_BACKEND_URL: `file://${state}` })).toEqual([
    `the lock ${lockFile} cannot be read; if nobody works on this stack, type  pulumi cancel hive`,
  ]);
  expect(existsSync(lockFile)).toBe(true);
});

test("no lock, another stack's lock and a back end that is no folder are nothing to speak of", async () => {
  writeFileSync(lockFile, "{}");
  expect(await clearStaleLocks("panopticon", { PULUMI_BACKEND_URL: `file://${state}` })).toEqual([]);
  expect(await clearStaleLocks("hive", { PULUMI_BACKEND_URL: "s3://bucket" })).toEqual([]);
});

test("of nobody being logged in, Pulumi speaks itself", async () => {
  const program = join(state, "pulumi");
  writeFileSync(program, "#!/bin/sh\necho error: log in first >&2\nexit 3\n", { mode: 0o700 });
  expect(await clearStaleLocks("hive", { PATH: `${state}:${process.env.PATH}` })).toEqual([]);
});

test("what a killed Pulumi had written half beside the state is removed, unless somebody works on the stack", async () => {
  const folder = join(state, ".pulumi/stacks/berth");
  mkdirSync(folder, { recursive: true });
  const written: Record<string, string> = {
    "hive.json": "{}",
    "hive.json.attrs": "",
    "hive.json.bak.attrs": "{}",
    "other.json.attrs": "",
  };
  for (const [name, text] of Object.entries(written)) writeFileSync(join(folder, name), text);
  await clear({ pid: process.pid, timestamp: now() });
  expect(existsSync(join(folder, "hive.json.attrs"))).toBe(true);
  expect((await clear({ pid: deadPid() }))[1]).toBe(
    "hive.json.attrs was being written when Pulumi was killed; it is removed, and the state beside it is whole",
  );
  expect(readdirSync(folder).sort()).toEqual(["hive.json", "hive.json.bak.attrs", "other.json.attrs"]);
});
