import { expect, it } from "vitest";
import { explain } from "../../placement/explain";
import { place } from "../../placement/place";
import { portsOf } from "../../placement/ports";
import type { Observed } from "../../topology/observed";
import { rayMembers } from "../../topology/ray-members";
import { aNode, anInstance, aTopology, gb } from "../support/topology";

const sizes = { heap_gb: gb(1), object_store_gb: gb(0.2), cpu_cores: 1, gpus: 0, gpu_memory_gb: 0 };
const members = (name: string, count: number) =>
  rayMembers({
    name,
    launcher: "ssh",
    ray: "2.60.0",
    head: sizes,
    workers: [{ name: "cpu", count, ...sizes }],
    requirements: [],
    health_checks: "default",
    memory_threshold: 0.8,
    gcs_fault_tolerance: "none",
  });
const nodes = ["rpi1", "rpi2", "rpi3"].map((name) => aNode({ name, ramBytes: gb(8), maxInstances: 1 }));
const mind = aTopology(nodes, [...members("mind", 1), anInstance({ id: "talk", network: "peers" })]);
const observing = (observed: Partial<Observed>) => ({ ...mind, observed: { ...mind.observed, ...observed } });
const held = { stack: "other", node: "rpi3", ramBytes: 0, gpuMemoryBytes: 0, slots: 0 as const };

it("gives each member 64 ports of its own, each peer one", () => {
  expect([...portsOf(mind)]).toEqual([
    ["talk", 9000],
    ["mind-cpu-0", 20_000],
    ["mind-head", 20_064],
  ]);
});

it("leaves a member the ports it had", () => {
  const before = { "mind-head": { node: "rpi1", port: 20_000 } };
  expect([...portsOf(observing({ previous: before }))].slice(1)).toEqual([
    ["mind-head", 20_000],
    ["mind-cpu-0", 20_064],
  ]);
});

it("touches no port of another stack's block, wherever that begins", () => {
  const others = [{ ...held, instance: "a", port: 20_100 }];
  expect([...portsOf(observing({ others }))].slice(1)).toEqual([
    ["mind-cpu-0", 20_000],
    ["mind-head", 20_192],
  ]);
});

it("gives a peer no port inside another stack's block", () => {
  const others = [{ ...held, instance: "a", port: 8990 }];
  expect(portsOf(observing({ others })).get("talk")).toBe(9054);
});

it("moves a member off a block that another stack has a part of", () => {
  const previous = { "mind-head": { node: "rpi1", port: 20_000 } };
  const others = [{ ...held, instance: "a", port: 20_063 }];
  expect(portsOf(observing({ previous, others })).get("mind-head")).toBe(20_192);
});

it("says what each member takes, and that no ports are left", async () => {
  const small = { ...mind.cluster, rayPorts: { start: 20_000, end: 20_127 } };
  const enough = await place({ ...mind, cluster: small });
  const unwrapped = explain(enough).replace(/\n +(?=ports|\d{5}-)/g, " ");
  expect(unwrapped.split("\n").filter((line) => /^\d+\./.test(line))).toEqual([
    "1. mind-head: takes 1 core, 2 GB: heap 1 GB, object store 0.2 GB, Ray 0.8 GB, on the CPU, ports 20064-20127",
    "2. mind-cpu-0: takes 1 core, 1.65 GB: heap 1 GB, object store 0.2 GB, Ray 0.45 GB, on the CPU, ports 20000-20063",
    "3. talk: takes 1 GB, on the CPU, port 9000",
  ]);
  const others = [{ ...held, instance: "a", port: 20_000 }];
  const plan = await place({ ...observing({ others }), cluster: small });
  expect(plan.unplaced.map(({ instance, rejections }) => [instance, rejections[0]!.text])).toEqual([
    [
      "mind-head",
      "no 64 ports in a row of the cluster's ray_port_range are left; other stacks hold the rest",
    ],
  ]);
  expect(plan.conflict).toMatchObject({
    text: "Impossible, proven: no port is left for mind-head.",
    help: ["with a ray_port_range that ends at 20191 each would have its ports"],
  });
});
