/**
 * Each committed scenario, whole: preview, up, status, up again, destroy. Real engine, real sshd, real processes. The nodes'
 * RAM, cores and architecture are declared by the lab; that a limit is kept is proved in workloads/tests.
 */
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nothing, TestBed } from "../support/test-bed";

const scenarios = {
  "hive-cluster": { critic: "jetson", historian: "jetson", optimist: "jetson", pessimist: "rpi1" },
  panopticon: { observer: "jetson", subject: "rpi1" },
  "prisoners-dilemma": { player_A: "rpi1", player_B: "rpi2" },
  "split-brain": { split_brain_A: "jetson", split_brain_B: "rpi1" },
};

describe.each(Object.entries(scenarios))("%s", (stack, placements) => {
  const used = new Set(Object.values(placements)).size;
  const instances = Object.keys(placements).length;
  // stack, owner; per node a component, preflight, code, roster; per instance a component, janitor, start
  const resources = 2 + 4 * used + 3 * instances;
  let bed: TestBed;
  beforeAll(async () => {
    bed = await TestBed.open({ stack });
  });
  afterAll(() => bed.close());

  test("preview explains every instance's place and contacts nobody", async () => {
    const { status, output } = await bed.pulumi("preview");
    const { output: plan } = await bed.workspace.run(["./berth", "plan", stack]);
    expect(status, output).toBe(0);
    expect(output.replace(/^ {4}/gm, "").replace(/ +$/gm, "")).toContain(plan.trimEnd());
    expect(output).toContain(`+ ${resources} to create`);
    expect(bed.connections()).toBe(0);
  });

  test("up starts every instance where the plan says", async () => {
    const { status, output } = await bed.up();
    expect(status, output).toBe(0);
    expect(await bed.placements()).toEqual(placements);
  });

  test("the machines themselves say so", async () => {
    const { status, output } = await bed.workspace.run([
      "./berth",
      "status",
      stack,
      "--config-file",
      bed.workspace.configFile,
      "--json",
    ]);
    expect(status, output).toBe(0);
    const answer: { instances: { id: string; node: string; state: string }[] } = JSON.parse(output);
    expect(Object.fromEntries(answer.instances.map(({ id, node }) => [id, node]))).toEqual(placements);
    expect(answer.instances.map(({ state }) => state)).toEqual(answer.instances.map(() => "running"));
  });

  test("every instance writes its log and its results", async () => {
    for (const [instance, node] of Object.entries(placements)) {
      // The last line may be half written.
      await expect.poll(() => bed.log(node, instance).length, { timeout: 120_000 }).toBeGreaterThan(3);
      expect(() =>
        bed
          .log(node, instance)
          .slice(0, 3)
          .map((line) => JSON.parse(line)),
      ).not.toThrow();
      await expect
        .poll(() => existsSync(`${bed.workDir(node)}/logs/experiments.db`), { timeout: 120_000 })
        .toBe(true);
    }
  });

  test("up again changes nothing and opens no connection", async () => {
    const before = bed.connections();
    const { status, output } = await bed.up();
    expect(status, output).toBe(0);
    expect(output).toContain(`${resources} unchanged`);
    expect(bed.connections() - before).toBe(0);
  });

  test("every resource stands below the component it belongs to", async () => {
    const { output } = await bed.workspace.run(["pulumi", "stack", "export", "--stack", stack]);
    const all: { urn: string; type: string; parent?: string }[] = JSON.parse(output).deployment.resources;
    const orphans = all.filter(
      ({ type, parent }) => type.startsWith("command:") && !parent?.includes("berth:components:"),
    );
    expect(orphans).toEqual([]);
    const names = all.map(({ urn }) => urn.split("::").pop()!);
    const misnamed = all.filter(
      ({ type, parent }, index) =>
        type.startsWith("command:") && !names[index]!.startsWith(`${parent!.split("::").pop()}-`),
    );
    expect(misnamed).toEqual([]);
  });

  test("destroy leaves nothing", async () => {
    const { status, output } = await bed.destroy();
    expect(status, output).toBe(0);
    expect(bed.left()).toEqual(nothing);
  });
});
