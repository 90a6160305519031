/** The picture's geometry and words. How it looks was judged by eye, in a browser. */
import { expect, test } from "vitest";
import { picture } from "../../placement/picture";
import { place } from "../../placement/place";
import { aNode, anInstance, aTopology, gb } from "../support/topology";

const nodes = [
  aNode({
    name: "big",
    ramBytes: gb(64),
    coTenants: [{ name: "vllm", ramBytes: gb(8), gpuMemoryBytes: gb(6) }],
    gpu: true,
    gpuMemoryBytes: gb(24),
  }),
  aNode({ name: "small", ramBytes: gb(8) }),
];
const instances = [
  anInstance({ id: "trainer", ramBytes: gb(16), gpu: "required", gpuMemoryBytes: gb(12) }),
  anInstance({ id: "judge", ramBytes: gb(4), preferredNode: "small", antiAffinity: ["trainer"] }),
];
const boxes = (svg: string) =>
  [...svg.matchAll(/<rect x="([\d.]+)" y="(\d+)" width="([\d.]+)"[^>]*><title>([^<\n]*)/g)].map(
    ([, x, y, width, title]) => ({
      x: Number(x),
      y: Number(y),
      width: Number(width),
      title,
    }),
  );

test("boxes are to scale: 64 GB are the full 760, a gigabyte the same on every node and pool", async () => {
  const svg = picture(await place(aTopology(nodes, instances)));
  expect(boxes(svg).map(({ width, title }) => [title, width])).toEqual([
    ["big", 760],
    ["kept for the OS: 8 GB", 95],
    ["trainer: 16 GB on big", 190],
    ["co-tenants: 8 GB", 95],
    ["big", 285],
    ["trainer: 12 GB on big", 142.5],
    ["co-tenants: 6 GB", 71.3],
    ["small", 95],
    ["kept for the OS: 1 GB", 11.9],
    ["judge: 4 GB on small", 47.5],
  ]);
});
test("what is placed on a node lies side by side", async () => {
  const [, , trainer, coTenants] = boxes(picture(await place(aTopology(nodes, instances))));
  expect(coTenants!.x).toBe(trainer!.x + trainer!.width);
});
test("a box tells its score and every other node's reason", async () => {
  const svg = picture(await place(aTopology(nodes, instances)));
  expect(/<title>(judge[^<]*)/.exec(svg)![1]).toMatchInlineSnapshot(`
    "judge: 4 GB on small
    score 65 = ram 30 + load 20 + gpu 5 + preferred 10
    big: AntiAffinity, must not be beside trainer"
  `);
});
test("a node tells what all hold there, its status and what is advised; long names and lists end in time", async () => {
  const name = "a-node-whose-name-goes-on-and-on";
  const many = Array.from({ length: 40 }, (_, index) =>
    anInstance({ id: `worker-number-${index}`, ramBytes: gb(0.1) }),
  );
  const topology = aTopology([aNode({ name, maxInstances: 50 }), nodes[0]!], many);
  const others = [{ stack: "hive", instance: "x", node: "big", ramBytes: gb(50), gpuMemoryBytes: 0 }];
  const seen = { big: { status: "DEGRADED" as const, reason: "hot" } };
  const svg = picture(await place({ ...topology, observed: { ...topology.observed, others, nodes: seen } }));
  expect([...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, words]) => words)).toEqual([
    "scenario on cluster",
    "a-node-whose-name-…",
    "4 GB of 16 GB, 40/50",
    "worker-number-0, worker-number-1, worker-number-10, worker-number-11, worker-number-12 and 35 more",
    "big",
    "58 GB of 64 GB, 1/4",
    "degraded",
    "co-tenants",
    "hive",
    "",
    "6 GB of 24 GB GPU",
    "co-tenants",
  ]);
  expect(svg).toContain("<title>big\ndegraded (hot)\n9.4 % of RAM stays free, 20 % is advised</title>");
});
test("what has no place is named", async () => {
  expect(picture(await place(aTopology(nodes, [anInstance({ id: "giant", ramBytes: gb(500) })])))).toContain(
    "not placed: giant",
  );
});
test("names cannot break out of the picture", async () => {
  const topology = aTopology(nodes, instances);
  topology.scenario.name = '<script>"&';
  const svg = picture(await place(topology));
  expect(svg).toContain("&#60;script&#62;&#34;&#38; on cluster");
  expect(svg).not.toContain("<script>");
});
