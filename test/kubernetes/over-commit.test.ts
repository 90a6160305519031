/** A cluster file that promises more than the machine has: the plan is wrong, and the wait says what the scheduler says. */
import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { KubernetesBed } from "../support/kubernetes-bed";

let bed: KubernetesBed;
beforeAll(async () => {
  const cluster = load(readFileSync("stacks/clusters/wrx80.yaml", "utf8")) as { nodes: object[] };
  bed = await KubernetesBed.open({
    lab: inject("kubernetesLab"),
    stack: "ray-gpu",
    cluster: { nodes: [{ ...cluster.nodes[0], ram_gb: 1032, cpu_cores: 64, max_instances: 20 }] },
    scenario: (scenario) => {
      scenario.ray_clusters[0].workers[0].count = 8;
      scenario.ray_clusters[0].kubernetes.ready_timeout_seconds = 5;
    },
  });
});
afterAll(() => bed.close());

test("up fails after its time with the scheduler's reason for each pod that waits", async () => {
  const { status, output } = await bed.up();
  expect(status).not.toBe(0);
  expect(output).toMatch(/RayClusterNotReady: ray-gpu in ray: head ready, \d of 8 workers ready after 5 s/);
  expect(output).toMatch(/ray-gpu-\S+: .*Insufficient (cpu|memory)/);
});

test("destroy leaves no object, whatever still waits", async () => {
  const { status, output } = await bed.destroy();
  expect(status, output).toBe(0);
  await expect.poll(() => bed.objects(), { timeout: 30_000 }).toEqual([]);
});
