/** The shipped stack ray-separate: a cluster beside the one in production on one machine. No pod runs. */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { KubernetesBed } from "../support/kubernetes-bed";

let bed: KubernetesBed;
beforeAll(async () => {
  bed = await KubernetesBed.open({ lab: inject("kubernetesLab"), stack: "ray-separate" });
});
afterAll(() => bed.close());

test("a second cluster of the same size is refused in the preview; nothing is made", async () => {
  const workers = (count: number, gb: number) =>
    bed.edit((scenario) => Object.assign(scenario.ray_clusters[1].workers[0], { count, memory_gb: gb }));
  workers(4, 68.719476736);
  const { status, output } = await bed.preview();
  expect(status).not.toBe(0);
  const words = output.replace(/\s+/g, " ");
  expect(words).toContain(
    "wrx80-node1 InsufficientRam: needs 68.72 GB (64 GiB) of RAM, 39.18 GB (36.49 GiB) left",
  );
  expect(words).toContain(
    "what would help, each by itself: - with 1 of 4 workers in agents-gpu all would fit",
  );
  expect(words).toContain("3 of 10 instances NOT PLACED");
  expect(await bed.objects()).toEqual([]);
  workers(2, 51.539607552);
});

test("with sizes that fit both are up on the one machine", async () => {
  const { status, output } = await bed.up();
  expect(status, output).toBe(0);
  const pods = await bed.list<{ metadata: { namespace: string }; spec: { nodeName: string } }>(
    "pods",
    "--all-namespaces",
    "--selector=berth.dev/stack=ray-separate",
  );
  expect(pods.map(({ metadata, spec }) => `${metadata.namespace} ${spec.nodeName}`).sort()).toEqual([
    ...Array(5).fill("ray wrx80-node1"),
    ...Array(3).fill("ray-agents wrx80-node1"),
  ]);
});

test("destroy leaves no object", async () => {
  const { status, output } = await bed.destroy();
  expect(status, output).toBe(0);
  await expect.poll(() => bed.objects(), { timeout: 30_000 }).toEqual([]);
});
