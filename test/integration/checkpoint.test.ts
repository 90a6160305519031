/**
 * An example experiment moves while it runs, and none of its steps is lost or done twice: its own database says so. Real engine,
 * real sshd, real processes. What each side refuses is proved in workloads/tests/supervisor/test_checkpointing.py.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nothing, TestBed } from "../support/test-bed";

let bed: TestBed;

/** Only `player` is asked for a checkpoint; `other` keeps the host in use, so that a roster comes before the stop. */
const scenario = (player: string, other: string) => ({
  name: "moving",
  code: { local_path: "code" },
  instances: [
    {
      instance_id: "player",
      experiment_config_path: "player.json",
      ram_gb: 2,
      checkpoint: { timeout_seconds: 30 },
    },
    { instance_id: "other", experiment_config_path: "player.json", ram_gb: 2 },
  ],
  placement: { player, other },
});

const steps = (node: string): number[] => {
  const database = join(bed.workDir(node), "logs", "experiments.db");
  const query =
    "import sqlite3, sys; print([row[0] for row in sqlite3.connect(sys.argv[1]).execute(\"SELECT step FROM steps WHERE instance LIKE '%/player' ORDER BY step\")])";
  return JSON.parse(execFileSync("python3", ["-c", query, database], { encoding: "utf8" }));
};
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const checkpoints = (node: string) => {
  const folder = join(bed.workDir(node), ".berth", "hive-cluster", "checkpoints");
  return existsSync(folder) ? readdirSync(folder) : [];
};

/** Until it has done so many more steps there. */
async function works(node: string, more = 5): Promise<void> {
  const before = steps(node).length;
  while (steps(node).length < before + more) await sleep(100);
}

async function upWith(player: string, other: string): Promise<string> {
  bed.write(scenario(player, other));
  const { status, output } = await bed.up();
  expect(status, output).toBe(0);
  return output;
}

beforeAll(async () => {
  bed = await TestBed.open({ scenario: {} });
  cpSync("workloads/experiments", join(bed.folder, "code"), { recursive: true });
  const config = JSON.parse(readFileSync(join(bed.folder, "code", "configs", "player_A.json"), "utf8"));
  bed.writeCode("player.json", JSON.stringify({ ...config, step_seconds: 0.05, steps: 0 }));
});
afterAll(() => bed.close());

test("it moves off a node that others stay on, goes on with the next step, and takes everything along", async () => {
  await upWith("host", "host");
  await works("host");
  const output = await upWith("jetson", "host");
  expect(output).toMatch(/player host → jetson: its checkpoint of 1 file, \d+\.\d MB, is there\n/);
  await works("jetson");
  const [before, now] = [steps("host"), steps("jetson")];
  expect(before).toEqual(upTo(before.length));
  expect(now).toEqual(upTo(now.length));
  expect(JSON.parse(bed.log("jetson", "player")[0]!)).toMatchObject({
    event: "resumed",
    step: before.length,
  });
  expect(checkpoints("host")).toEqual([]);
});

test("nothing is carried by an update that moves nobody", async () => {
  const connections = bed.connections();
  const { status, output } = await bed.up();
  expect(status, output).toBe(0);
  expect(output).toMatch(/unchanged/);
  expect(bed.connections()).toBe(connections);
});

test("back from a node that is left altogether", async () => {
  // With the last instance the node loses its results, too: the bed has `purge: true`.
  const before = steps("jetson").length;
  const output = await upWith("host", "host");
  expect(output).toMatch(/player jetson → host: its checkpoint of 1 file/);
  await works("host");
  const now = steps("host");
  expect(now).toEqual(upTo(now.length));
  expect(now.length).toBeGreaterThan(before);
});

test("an update that is killed between the two nodes is completed by the next", async () => {
  bed.write(scenario("rpi2", "host"));
  await bed.killEngineAt("player-checkpoint creating");
  const { status, output } = await bed.berth("up", "--yes");
  expect(status, output).toBe(0);
  await works("rpi2");
  const [before, now] = [steps("host"), steps("rpi2")];
  expect(now).toEqual(upTo(now.length));
  expect(now.length).toBeGreaterThan(before.length);
});

test("from a machine that was given up nothing comes, and the update says what is lost", async () => {
  await bed.silence("rpi2");
  expect((await bed.berthOn("gone", "rpi2")).status).toBe(0);
  const output = await upWith("rpi1", "host");
  expect(output).toContain(
    "player rpi2 → rpi1: rpi2 was given up, and what it has written there is lost; it begins anew, or with what its results hold here",
  );
  await works("rpi1");
  expect(steps("rpi1")[0]).toBe(1);
  await bed.awaken("rpi2");
  const { status, output: said } = await bed.berthOn("back", "rpi2");
  expect(status, said).toBe(0);
});

test("a destroy leaves nothing on the nodes", async () => {
  const { status, output } = await bed.destroy();
  expect(status, output).toBe(0);
  expect(bed.left()).toEqual(nothing);
});
