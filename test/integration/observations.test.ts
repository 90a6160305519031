/** What a preview knows of what runs: its own last placement, other stacks on the same machines, the snapshot of facts. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { nothing, sleepers, TestBed } from "../support/test-bed";

let bed: TestBed;
afterEach(() => bed.close());

test("what runs stays where it is and keeps its port, whoever joins", async () => {
  bed = await TestBed.open({
    scenario: sleepers(["m"], {}, { ram_gb: 12, gpu: "preferred", network: "peers" }),
  });
  expect((await bed.up()).status).toBe(0);
  expect(await bed.placements()).toEqual({ m: "jetson" });
  await expect.poll(() => bed.log("jetson", "m").length, { timeout: 60_000 }).toBe(1);
  // "a" comes first in order and would take the first port, and three of them the jetson's best places.
  bed.write(sleepers(["a", "b", "c", "m"], {}, { ram_gb: 12, gpu: "preferred", network: "peers" }));
  const { status, output } = await bed.up();
  expect(status, output).toBe(0);
  expect(output).not.toMatch(/m-(janitor|start) (creat|updat|delet)/);
  expect((await bed.placements()).m).toBe("jetson");
  expect(bed.log("jetson", "m").length).toBe(1);
  expect((await bed.destroy()).status).toBe(0);
  expect(bed.left()).toEqual(nothing);
});

test("two stacks on one cluster do not book a place twice: the second sees the first's in its preview", async () => {
  bed = await TestBed.open({ scenario: sleepers(["a"], { placement: { a: "rpi1" } }, { ram_gb: 6 }) });
  expect((await bed.up()).status).toBe(0);
  const second = await TestBed.open({
    stack: "panopticon",
    scenario: sleepers(["z"], {}, { ram_gb: 6, preferred_node: "rpi1" }),
    beside: bed,
  });
  try {
    const { status, output } = await second.pulumi("preview");
    expect(status, output).toBe(0);
    expect(output).toMatch(/rpi1 .*hive-cluster/);
    expect(output).toMatch(/→ (host|rpi2)/);
    expect((await second.up()).status).toBe(0);
    expect((await second.destroy()).status).toBe(0);
  } finally {
    await second.close();
  }
  expect((await bed.destroy()).status).toBe(0);
  expect(bed.left()).toEqual(nothing);
});

test("facts tell the next preview which node is silent and who holds what; nothing new goes there", async () => {
  bed = await TestBed.open({ scenario: sleepers(["a"], {}, { ram_gb: 6, preferred_node: "rpi1" }) });
  expect((await bed.up()).status).toBe(0);
  const asked = await bed.berth("health");
  expect(asked.status, asked.output).toBe(0);
  expect(asked.output).toMatch(/^rpi1 +HEALTHY .*hive-cluster\/a$/m);
  expect(asked.output).toMatch(
    /^jetson .*\n(?: +note: .*\n)* +note: the GPU takes its memory from the RAM, /m,
  );
  await bed.silence("rpi2");
  expect((await bed.berth("health")).status).toBe(1);
  bed.write(sleepers(["a", "b"], {}, { ram_gb: 6, preferred_node: "rpi2" }));
  const connections = bed.connections();
  const { status, output } = await bed.pulumi("preview");
  expect(status, output).toBe(0);
  expect(output).toMatch(/rpi2 .*NodeNotHealthy/);
  expect(bed.connections()).toBe(connections);
  expect((await bed.destroy()).status).toBe(0);
});

test("after an update that failed, the ledger knows where an instance is", async () => {
  const pinned = (a: string, command: string[]) => {
    const scenario = sleepers(["a", "b"], { placement: { a, b: "jetson" } });
    Object.assign(scenario.instances[1]!, { command });
    return scenario;
  };
  const sleep = ["sleep", "1000"];
  bed = await TestBed.open({ scenario: pinned("rpi1", sleep) });
  expect((await bed.up()).status).toBe(0);
  bed.write(pinned("rpi2", ["false"]));
  expect((await bed.up()).status).not.toBe(0);
  expect((await bed.placements()).a).toBe("rpi1");
  await bed.berth("health");
  // Without the pin nothing but the ledger speaks for rpi2.
  bed.write(sleepers(["a", "b"], {}, { command: sleep }));
  const { status, output } = await bed.up();
  expect(status, output).toBe(0);
  expect((await bed.placements()).a).toBe("rpi2");
  expect(bed.log("rpi2", "a").length).toBeLessThanOrEqual(1);
  expect((await bed.destroy()).status).toBe(0);
  expect(bed.left()).toEqual(nothing);
});

test("a snapshot that is damaged stops the preview, with the remedy", async () => {
  bed = await TestBed.open({ scenario: sleepers(["a"]) });
  expect((await bed.berth("health")).status).toBe(0);
  const file = join(bed.folder, "facts.json");
  writeFileSync(file, readFileSync(file, "utf8").replace("HEALTHY", "FINE"));
  const { status, output } = await bed.pulumi("preview");
  expect(status).not.toBe(0);
  expect(output).toContain("not a snapshot of facts; write it anew with  ./berth health STACK");
});
