import { describe, expect, it } from "vitest";
import { place } from "../../placement/place";
import type { Instance } from "../../topology/instance";
import type { Node } from "../../topology/node";
import { aNode, anInstance, aTopology, gb } from "../support/topology";

const jetson = {
  type: "jetson_orin",
  ramBytes: gb(64),
  unifiedMemory: true,
  gpu: true,
  gpuMemoryBytes: gb(64),
} as const;

/** One instance on one node: `score parts`, or the refusal. */
async function decide(
  node: Partial<Node>,
  instance: Partial<Instance>,
  residents: Partial<Instance>[] = [],
): Promise<string> {
  const pins = Object.fromEntries(residents.map(({ id }) => [id!, "node"]));
  const plan = await place(
    aTopology([aNode(node)], [anInstance(instance), ...residents.map(anInstance)], pins),
  );
  const placed = plan.placements.find(({ instance }) => instance === "instance");
  if (placed) {
    const parts = placed.parts
      .filter(({ points }) => points > 0)
      .map(({ name, points }) => `${name} ${points}`);
    return `${placed.score}: ${parts.join(", ")}`;
  }
  const rejection = plan.unplaced.find(({ instance }) => instance === "instance")!.rejections[0]!;
  return `${rejection.kind} ${rejection.token}: ${rejection.text}`;
}

describe("a filter refuses", () => {
  it.each<[string, string, Partial<Node>, Partial<Instance>, Partial<Instance>[]?]>([
    [
      "a degraded node",
      "rule NodeNotHealthy: status is degraded: takes nothing new",
      { status: "DEGRADED" },
      {},
    ],
    [
      "a node in maintenance",
      "rule NodeNotHealthy: status is maintenance: takes nothing new",
      { status: "MAINTENANCE" },
      {},
    ],
    [
      "an unavailable node",
      "rule NodeNotHealthy: status is unavailable: takes nothing new",
      { status: "UNAVAILABLE" },
      {},
    ],
    ["a node without a GPU", "rule NoGpu: needs a GPU, has none", {}, { gpu: "required" }],
    [
      "another model of GPU",
      "rule WrongGpuModel: needs a GPU of model A100, has V100",
      { gpu: true, gpuModel: "V100" },
      { gpu: "required", gpuModel: "A100" },
    ],
    [
      "a GPU of no model",
      "rule WrongGpuModel: needs a GPU of model A100, says no gpu_model",
      { gpu: true },
      { gpu: "required", gpuModel: "A100" },
    ],
    [
      "more cores than there are",
      "rule InsufficientCpu: needs 4.5 cores, has 4 cores even when empty",
      { cpuCores: 4 },
      { cpuCores: 4.5 },
    ],
    [
      "cores that others have",
      "full InsufficientCpu: needs 2 cores, 1 core left, taken by first, second",
      { cpuCores: 4 },
      { cpuCores: 2 },
      [
        { id: "first", cpuCores: 1.5 },
        { id: "second", cpuCores: 1.5 },
      ],
    ],
    [
      "more GPUs than there are",
      "rule InsufficientGpus: needs 3 GPUs, has 2 GPUs even when empty",
      { gpu: true, gpus: 2 },
      { gpu: "required", gpus: 3 },
    ],
    [
      "GPUs of which others have a share",
      "full InsufficientGpus: needs 2 GPUs, 1 GPU left, taken by half",
      { gpu: true, gpus: 2 },
      { gpu: "required", gpus: 2 },
      [{ id: "half", gpu: "required", gpus: 0.5 }],
    ],
    [
      "a larger share than is left of any GPU",
      "full InsufficientGpus: needs 0.5 of a GPU, 0.4 of a GPU left, taken by first, second",
      { gpu: true, gpus: 2 },
      { gpu: "required", gpus: 0.5 },
      [
        { id: "first", gpu: "required", gpus: 0.6 },
        { id: "second", gpu: "required", gpus: 0.6 },
      ],
    ],
    [
      "a GPU that another has whole, to who would share it",
      "full InsufficientGpus: needs a part of a GPU, nothing left, taken by whole",
      { gpu: true },
      { gpu: "required" },
      [{ id: "whole", gpu: "required", gpus: 1 }],
    ],
    [
      "more memory than each of several GPUs has",
      "rule InsufficientGpuMemory: needs 9 GB of GPU memory on one GPU, has 8 GB even when empty",
      { gpu: true, gpus: 2, gpuMemoryBytes: gb(8) },
      { gpu: "required", gpuMemoryBytes: gb(9) },
    ],
    [
      "memory that is free only in sum",
      "full InsufficientGpuMemory: needs 5 GB of GPU memory on one GPU, 3 GB left, taken by first, second",
      { gpu: true, gpus: 2, gpuMemoryBytes: gb(8) },
      { gpu: "required", gpus: 0.5, gpuMemoryBytes: gb(5) },
      [
        { id: "first", gpu: "required", gpuMemoryBytes: gb(5) },
        { id: "second", gpu: "required", gpuMemoryBytes: gb(5) },
      ],
    ],
    [
      "too small a GPU",
      "rule InsufficientGpuMemory: needs 9 GB of GPU memory, has 8 GB even when empty",
      { gpu: true, gpuMemoryBytes: gb(8) },
      { gpu: "required", gpuMemoryBytes: gb(9) },
    ],
    [
      "a GPU that others use",
      "full InsufficientGpuMemory: needs 6 GB of GPU memory, 3 GB left, taken by a",
      { gpu: true, gpuMemoryBytes: gb(8) },
      { gpu: "required", gpuMemoryBytes: gb(6) },
      [{ id: "a", gpu: "required", gpuMemoryBytes: gb(5) }],
    ],
    [
      "a node that holds an instance it must not meet",
      "rule AntiAffinity: must not be beside a",
      {},
      { antiAffinity: ["a"] },
      [{ id: "a" }],
    ],
    [
      "a node that holds an instance that must not meet it",
      "rule AntiAffinity: must not be beside a",
      {},
      {},
      [{ id: "a", antiAffinity: ["instance"] }],
    ],
    [
      "a node without a free slot",
      "full NoFreeSlot: max_instances is 4, taken by a, b, c and 1 more",
      {},
      {},
      [{ id: "a" }, { id: "b" }, { id: "c" }, { id: "d" }],
    ],
    [
      "a node that is too small",
      "rule InsufficientRam: needs 14.1 GB of RAM, has 14 GB even when empty",
      {},
      { ramBytes: gb(14.1) },
    ],
    [
      "a node that is full",
      "full InsufficientRam: needs 10 GB of RAM, 6 GB left, taken by a",
      {},
      { ramBytes: gb(10) },
      [{ id: "a", ramBytes: gb(8) }],
    ],
    [
      "a node whose co-tenants leave too little",
      "rule InsufficientRam: needs 10 GB of RAM, has 9 GB even when empty",
      { coTenants: [{ name: "database", ramBytes: gb(5), gpuMemoryBytes: 0 }] },
      { ramBytes: gb(10) },
    ],
    [
      "what would eat the required headroom",
      "rule InsufficientHeadroom: needs 13.7 GB of RAM outside the 15 % headroom, has 13.6 GB even when empty",
      {},
      { ramBytes: gb(13.7) },
    ],
    [
      "what would eat the required headroom beside others",
      "full InsufficientHeadroom: needs 5.7 GB of RAM outside the 15 % headroom, 5.6 GB left, taken by a",
      {},
      { ramBytes: gb(5.7) },
      [{ id: "a", ramBytes: gb(8) }],
    ],
    [
      "GPU memory that the unified pool does not have",
      "rule InsufficientRam: needs 60 GB of unified memory, has 56 GB even when empty",
      jetson,
      { gpu: "required", ramBytes: gb(30), gpuMemoryBytes: gb(30) },
    ],
    [
      "for ever rather than for now, when both are true",
      "rule InsufficientRam: needs 20 GB of RAM, has 14 GB even when empty",
      { maxInstances: 1 },
      { ramBytes: gb(20) },
      [{ id: "a" }],
    ],
  ])("%s", async (_, expected, node, instance, residents) => {
    expect(await decide(node, instance, residents)).toBe(expected);
  });

  it.each<[string, string, Partial<Node>, Partial<Instance>, Partial<Instance>[]?]>([
    [
      "an instance that leaves exactly the headroom",
      "35: ram 10, load 20, gpu 5",
      {},
      { ramBytes: gb(13.6) },
    ],
    [
      "an instance that takes the last GPU memory",
      "55: ram 20, load 20, gpu 15",
      { gpu: true, gpuMemoryBytes: gb(8) },
      { gpu: "required", gpuMemoryBytes: gb(8) },
    ],
    [
      "a GPU user that names no GPU memory",
      "55: ram 20, load 20, gpu 15",
      { gpu: true },
      { gpu: "required" },
    ],
  ])("nothing: %s", async (_, expected, node, instance, residents) => {
    expect(await decide(node, instance, residents)).toBe(expected);
  });
});

describe("a score", () => {
  it.each<[string, string, Partial<Node>, Partial<Instance>, Partial<Instance>[]?]>([
    ["ram: below 30 %", "45: ram 20, load 20, gpu 5", {}, { ramBytes: gb(4.19) }],
    ["ram: 30 %", "55: ram 30, load 20, gpu 5", {}, { ramBytes: gb(4.2) }],
    ["ram: 70 %", "55: ram 30, load 20, gpu 5", {}, { ramBytes: gb(9.8) }],
    ["ram: above 70 %", "35: ram 10, load 20, gpu 5", {}, { ramBytes: gb(9.81) }],
    ["load: a third is taken", "38.33: ram 20, load 13.33, gpu 5", { maxInstances: 3 }, {}, [{ id: "a" }]],
    ["gpu: wants one, gets one", "55: ram 20, load 20, gpu 15", { gpu: true }, { gpu: "preferred" }],
    ["gpu: wants none, node has none", "45: ram 20, load 20, gpu 5", {}, {}],
    ["gpu: wants none, node has one", "40: ram 20, load 20", { gpu: true }, {}],
    ["gpu: wants one, node has none", "40: ram 20, load 20", {}, { gpu: "preferred" }],
    [
      "gpu: wants more than there is",
      "40: ram 20, load 20",
      { gpu: true, gpuMemoryBytes: gb(1) },
      { gpu: "preferred", gpuMemoryBytes: gb(2) },
    ],
    ["affinity: one", "50: ram 20, load 15, gpu 5, affinity 10", {}, { affinity: ["a"] }, [{ id: "a" }]],
    [
      "affinity: three are worth 25",
      "55: ram 20, load 5, gpu 5, affinity 25",
      {},
      { affinity: ["a", "b", "c"] },
      [{ id: "a" }, { id: "b" }, { id: "c" }],
    ],
    ["preferred node", "55: ram 20, load 20, gpu 5, preferred 10", {}, { preferredNode: "node" }],
  ])("%s", async (_, expected, node, instance, residents) => {
    expect(await decide(node, instance, residents)).toBe(expected);
  });
});

describe("memory", () => {
  const takes = async (node: Partial<Node>, instance: Partial<Instance>) =>
    (await place(aTopology([aNode(node)], [anInstance(instance)]))).placements[0]?.takes;

  it.each<[string, Partial<Node>, Partial<Instance>["gpu"], { ramBytes: number; gpuMemoryBytes: number }]>([
    ["one pool", jetson, "required", { ramBytes: gb(12), gpuMemoryBytes: gb(8) }],
    [
      "its own pool",
      { gpu: true, gpuMemoryBytes: gb(8) },
      "required",
      { ramBytes: gb(4), gpuMemoryBytes: gb(8) },
    ],
    ["no GPU", {}, "preferred", { ramBytes: gb(4), gpuMemoryBytes: 0 }],
    [
      "too small a GPU",
      { gpu: true, gpuMemoryBytes: gb(7) },
      "preferred",
      { ramBytes: gb(4), gpuMemoryBytes: 0 },
    ],
    [
      "one pool too small for both",
      { ...jetson, ramBytes: gb(12), gpuMemoryBytes: gb(12) },
      "preferred",
      { ramBytes: gb(4), gpuMemoryBytes: 0 },
    ],
  ])("%s", async (_, node, gpu, expected) => {
    expect(await takes(node, { gpu, ramBytes: gb(4), gpuMemoryBytes: gb(8) })).toEqual(expected);
  });

  it("counts co-tenants' GPU memory into one pool", async () => {
    const coTenants = [{ name: "desktop", ramBytes: gb(2), gpuMemoryBytes: gb(3) }];
    expect((await place(aTopology([aNode({ ...jetson, coTenants })], [anInstance()]))).nodes).toEqual([
      {
        node: "node",
        ramBytes: gb(64),
        reservedBytes: gb(8),
        coTenantBytes: gb(5),
        placedBytes: gb(1),
        others: [],
        unifiedMemory: true,
        gpuMemoryBytes: gb(64),
        gpuCoTenantBytes: gb(3),
        gpuPlacedBytes: 0,
        instances: 1,
        maxInstances: 4,
        headroomLimitBytes: gb(54.4),
        status: "HEALTHY",
        advice: [],
      },
    ]);
  });

  it("says when less than the advised headroom stays free", async () => {
    const { nodes } = await place(aTopology([aNode()], [anInstance({ ramBytes: gb(13) })]));
    expect(nodes[0]!.advice).toEqual(["18.8 % of RAM stays free, 20 % is advised"]);
  });
});

describe("order", () => {
  const turns = async (...instances: Partial<Instance>[]) => {
    const plan = await place(
      aTopology([aNode({ gpu: true, gpuMemoryBytes: gb(8), maxInstances: 9 })], instances.map(anInstance)),
    );
    return plan.placements.sort((a, b) => a.turn - b.turn).map(({ instance }) => instance);
  };

  it("is required, preferred, none; then larger demand; then id", async () => {
    const order = await turns(
      { id: "none" },
      { id: "b" },
      { id: "large", ramBytes: gb(2) },
      { id: "preferred", gpu: "preferred" },
      { id: "required", gpu: "required" },
      { id: "large-with-gpu", gpu: "required", gpuMemoryBytes: gb(1) },
    );
    expect(order).toEqual(["large-with-gpu", "required", "preferred", "large", "b", "none"]);
  });
});

describe("placed by hand", () => {
  const nodes = [aNode({ name: "good" }), aNode({ name: "poor", maxInstances: 1 })];

  it("beats every score", async () => {
    const instances = [anInstance({ id: "a", preferredNode: "good" })];
    const [placement] = (await place(aTopology(nodes, instances, { a: "poor" }))).placements;
    expect(placement).toMatchObject({ node: "poor", manual: true, others: [] });
    expect(placement!.rejections).toEqual([
      {
        node: "good",
        token: "PinnedElsewhere",
        kind: "rule",
        need: "poor",
        have: "good",
        text: "the scenario's placement says poor",
      },
    ]);
  });

  it("never beats a hard constraint", async () => {
    const { placements, unplaced } = await place(
      aTopology(nodes, [anInstance({ id: "a", ramBytes: gb(15) })], { a: "poor" }),
    );
    expect(placements).toEqual([]);
    expect(unplaced[0]!.rejections.map(({ node, token }) => `${node} ${token}`)).toEqual([
      "good PinnedElsewhere",
      "poor InsufficientRam",
    ]);
  });

  it("is not defeated by a more urgent instance that would have taken its room", async () => {
    const eager = anInstance({ id: "eager", ramBytes: gb(13), preferredNode: "poor" });
    const plan = await place(aTopology(nodes, [eager, anInstance({ id: "pinned" })], { pinned: "poor" }));
    expect(plan.placements.map(({ instance, node }) => `${instance} ${node}`)).toEqual([
      "eager good",
      "pinned poor",
    ]);
  });
});

describe("ports", () => {
  it("go to instances with peers, by id, and shift for nobody who is not placed", async () => {
    const peers = (id: string, ramBytes = gb(1)) => anInstance({ id, ramBytes, network: "peers" });
    const plan = await place(
      aTopology([aNode()], [peers("c"), peers("b", gb(99)), peers("a"), anInstance({ id: "alone" })]),
    );
    expect(plan.placements.map(({ instance, port }) => [instance, port])).toEqual([
      ["a", 9000],
      ["alone", undefined],
      ["c", 9002],
    ]);
  });
});

describe("groups", () => {
  it("spread when they name themselves in anti_affinity", async () => {
    const ids = ["w-0", "w-1", "w-2"];
    const workers = ids.map((id) => anInstance({ id, antiAffinity: ids.filter((other) => other !== id) }));
    const { placements, unplaced } = await place(
      aTopology([aNode({ name: "a" }), aNode({ name: "b" })], workers),
    );
    expect(placements.map(({ instance, node }) => `${instance} ${node}`)).toEqual(["w-0 a", "w-1 b"]);
    expect(unplaced.map(({ instance }) => instance)).toEqual(["w-2"]);
  });
});
