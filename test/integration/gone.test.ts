/** Machines that do not answer any more, and that do again: real sshds stopped and started, real processes that go on meanwhile. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { ran } from "../support/ran";
import { nothing, sleepers, TestBed } from "../support/test-bed";

let bed: TestBed;
afterEach(() => bed.close());

const sleeping = () => bed.left().processes.filter((line) => line.includes("import time")).length;
const on = (where: Record<string, string>) => sleepers(Object.keys(where), { placement: where });
const wish = (node: string) => sleepers(["a", "b"], {}, { preferred_node: node, ram_gb: 1 });
const clusterFolder = () => join(bed.folder, "workspace", "gone", "brain-in-jar-cluster");
const kept = () => {
  const folder = join(clusterFolder(), "rpi1");
  return existsSync(folder) ? readdirSync(folder).sort() : undefined;
};

/** Starts `./berth VERB NODE` for the stack and kills it as soon as `happened` is true. */
async function killedWhen(happened: () => boolean, verb: string, node: string): Promise<void> {
  const { stack, configFile, env } = bed.workspace;
  const args = ["./berth", verb, node, stack, "--config-file", configFile];
  const child = spawn(process.execPath, args, { env, stdio: "ignore" });
  const ended = once(child, "exit");
  while (!happened()) await sleep(5);
  child.kill("SIGKILL");
  expect((await ended)[1]).toBe("SIGKILL");
}

test("a machine that died is left and destroyed without it; when it is back, nothing of ours stays there", async () => {
  bed = await TestBed.open({ scenario: on({ a: "rpi1", b: "rpi2" }) });
  await ran(bed.up());
  await bed.silence("rpi1");

  // A move away is refused in one line, which says what to type.
  bed.write(on({ a: "host", b: "rpi2" }));
  const refused = await bed.up();
  expect(refused.status).not.toBe(0);
  expect(refused.output).toMatch(
    /berth: CannotConnect: rpi1: ssh: connect to host .*; if it is gone for good: {2}\.\/berth gone rpi1 hive-cluster/,
  );
  expect(sleeping()).toBe(2);

  expect(await ran(bed.berthOn("gone", "rpi1"))).toMatch(/^rpi1 is given up: /m);
  const moved = await ran(bed.up());
  expect(moved).toContain("rpi1 was given up: a may run on there, beside any new place, until");
  expect((await bed.placements()).a).toBe("host");
  // Nobody could end the one on rpi1.
  expect(sleeping()).toBe(3);
  expect(kept()).toEqual(["1", "2"]);
  expect(await ran(bed.up())).toContain("unchanged");

  await ran(bed.destroy());
  expect(sleeping()).toBe(1);

  await bed.awaken("rpi1");
  expect((await bed.berth("health")).output).toMatch(
    /^rpi1 .*answers again; take it back with {2}\.\/berth back rpi1 hive-cluster$/m,
  );
  expect(await ran(bed.berthOn("back", "rpi1"))).toBe(
    "stop hive-cluster/a: done\npurge hive-cluster: done\nrpi1 is back. For the next preview:  ./berth health STACK\n",
  );
  expect([kept(), bed.left()]).toEqual([undefined, nothing]);
});

test("a destroy while a machine is given up keeps every delete there, and so does another stack's", async () => {
  bed = await TestBed.open({ scenario: on({ a: "rpi1" }) });
  await ran(bed.up());
  const second = await TestBed.open({
    stack: "panopticon",
    scenario: sleepers(["z"], {}, { preferred_node: "rpi1", ram_gb: 1 }),
    beside: bed,
  });
  await bed.silence("rpi1");
  await ran(bed.berthOn("gone", "rpi1"));
  // What it is given up for counts for all stacks of the cluster.
  const { output } = await second.pulumi("preview");
  expect(output).toMatch(/rpi1 .*is gone/);
  expect(await ran(bed.berth("destroy", "--yes", "--", "--skip-preview"))).toMatch(
    /^berth: left on rpi1, which is given up: stop hive-cluster\/a, purge hive-cluster; once it answers again: {2}\.\/berth back rpi1 hive-cluster$/m,
  );
  expect(sleeping()).toBe(1);

  await bed.awaken("rpi1");
  // A killed `back` loses nothing: what was done is done again.
  await killedWhen(() => !existsSync(join(clusterFolder(), "rpi1", "1")), "back", "rpi1");
  expect(kept()).not.toBeUndefined();
  await ran(second.berthOn("back", "rpi1"));
  expect([kept(), bed.left()]).toEqual([undefined, nothing]);
  await second.close();
});

test("a machine that answers is not given up without a word of force, and can be used again once it is back", async () => {
  bed = await TestBed.open({ scenario: wish("rpi1") });
  const refused = await bed.berthOn("gone", "rpi1");
  expect([refused.status, refused.output]).toEqual([
    1,
    "berth: rpi1 answers, so it can be left and cleared away as usual: pulumi up, pulumi destroy. To give it up all the same, so that what runs there goes on unseen, or ends with its lease where a watch keeps one, add --force\n",
  ]);
  await ran(bed.berthOn("gone", "rpi1", "--force"));
  const before = bed.connections("rpi1");
  await ran(bed.up());
  expect(Object.values(await bed.placements())).not.toContain("rpi1");
  expect(bed.connections("rpi1")).toBe(before);
  await ran(bed.berthOn("back", "rpi1"));
  expect(await ran(bed.berthOn("back", "rpi1"))).toBe("rpi1 was not given up\n");
  await ran(bed.destroy());
  expect(bed.left()).toEqual(nothing);
});
