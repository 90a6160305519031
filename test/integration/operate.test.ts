/** The verbs that ask and act on machines that run: real sshd, real processes, some of them killed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { nothing, sleepers, TestBed } from "../support/test-bed";

let bed: TestBed;
afterEach(() => bed.close());

const on = (where: Record<string, string>) => sleepers(Object.keys(where), { placement: where });

async function ran(run: Promise<{ status: number | null; output: string }>, status = 0): Promise<string> {
  const ended = await run;
  expect(ended.status, ended.output).toBe(status);
  return ended.output;
}

/** Kills every process of an instance, its supervisor among them. */
function killTree(instance: string): void {
  for (const line of bed.left().processes.filter((one) => tagOf(one) === instance))
    process.kill(Number(line.split(" ")[0]), "SIGKILL");
}

function tagOf(line: string): string | undefined {
  try {
    const environment = readFileSync(`/proc/${line.split(" ")[0]}/environ`, "utf8");
    return /BERTH_TAG=([^\0]*)/.exec(environment)?.[1]?.split("/").at(-1);
  } catch {
    return undefined;
  }
}

test("health: how nodes are, who should run and does not, and a grace for who is silent", async () => {
  bed = await TestBed.open({ scenario: on({ a: "rpi1", b: "rpi2" }) });
  await ran(bed.up());
  const well = await ran(bed.berth("health"));
  expect(well).toMatch(
    /^rpi1 {4}HEALTHY {6}[\d.]+ of 8\.0 GB available, disk [\d.]+ GB free.*; hive-cluster\/a$/m,
  );

  killTree("b");
  const dead = await ran(bed.berth("health"), 1);
  expect(dead).toMatch(/^ +hive-cluster\/b is dead: see {2}\.\/berth drift hive-cluster$/m);

  await bed.silence("rpi1");
  const silent = JSON.parse(await ran(bed.berth("health", "--json"), 1));
  expect(silent.nodes.rpi1).toMatchObject({ status: "DEGRADED", holdings: [], unwell: [] });
  expect(silent.nodes.rpi1.reason).toMatch(
    /^silent for 0 s, unavailable after 60 s: berth: CannotConnect: rpi1: ssh: connect to host /,
  );
  // Within the grace nobody leaves it; afterwards its instances are given up.
  expect(await ran(bed.berth("preview"))).toMatch(/rpi1 is degraded: silent for 0 s/);
  expect(await ran(bed.berth("health", "--grace", "0"), 1)).toMatch(
    /^rpi1 {4}UNAVAILABLE {2}berth: CannotConnect/m,
  );
  await bed.awaken("rpi1");
  expect(await ran(bed.berth("health"), 1)).toMatch(/^rpi1 {4}HEALTHY/m);
  expect(
    JSON.parse(readFileSync(join(bed.folder, "facts.json"), "utf8")).nodes.rpi1.silent_since,
  ).toBeUndefined();
  expect(await ran(bed.berth("health", "--grace", "soon"), 2)).toBe(
    'berth: --grace: expected whole seconds, such as 60, got "soon"\n',
  );
  await ran(bed.destroy());
  expect(bed.left()).toEqual(nothing);
});
