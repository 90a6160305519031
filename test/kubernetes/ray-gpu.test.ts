/** The shipped stack ray-gpu: grown, shrunk, and asked for more than its machine has. No pod runs. */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { KubernetesBed, type Scenario } from "../support/kubernetes-bed";

let bed: KubernetesBed;
beforeAll(async () => {
  bed = await KubernetesBed.open({ lab: inject("kubernetesLab"), stack: "ray-gpu" });
});
afterAll(() => bed.close());

const own = "--namespace=ray";
const workers = (scenario: Scenario) => scenario.ray_clusters[0].workers[0];
const pods = async () =>
  (await bed.list<{ metadata: { name: string } }>("pods", own)).map(({ metadata }) => metadata.name).sort();

test("up, and the exemption of its old Ray is said each time", async () => {
  const { status, output } = await bed.up();
  expect(status, output).toBe(0);
  expect(await pods()).toHaveLength(5);
  const preview = await bed.preview();
  expect(preview.output).toContain(
    "in production since it was set up; moves to 2.60.0 with the next release",
  );
});

test("one worker more and one less: who stays is not touched", async () => {
  const before = await pods();
  bed.edit((scenario) => {
    workers(scenario).count = 5;
  });
  const more = await bed.up();
  expect(more.status, more.output).toBe(0);
  const grown = await pods();
  expect([grown.length, grown.filter((name) => before.includes(name))]).toEqual([6, before]);

  bed.edit((scenario) => {
    workers(scenario).count = 3;
  });
  const less = await bed.up();
  expect(less.status, less.output).toBe(0);
  const shrunk = await pods();
  expect([shrunk.length, shrunk.filter((name) => !grown.includes(name))]).toEqual([4, []]);
});

test("eight such workers are refused in the preview, and the reason is memory", async () => {
  bed.edit((scenario) => {
    workers(scenario).count = 8;
  });
  const { status, output } = await bed.preview();
  expect(status).not.toBe(0);
  const words = output.replace(/\s+/g, " ");
  // What runs stays, so that here the last of the workers find no room.
  expect(words).toMatch(/wrx80-node1 Insufficient(Ram|Headroom): needs 68\.72 GB \(64 GiB\) of RAM/);
  expect(words).toContain("with 5 of 8 workers in ray-gpu-gpu-workers all would fit");
  expect(words).toContain("3 of 9 instances NOT PLACED");
  expect(await pods()).toHaveLength(4);
});

test("destroy leaves no object", async () => {
  const { status, output } = await bed.destroy();
  expect(status, output).toBe(0);
  await expect.poll(() => bed.objects(), { timeout: 30_000 }).toEqual([]);
});
