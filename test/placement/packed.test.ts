// `strategy: pack`. That every plan of it obeys every rule and tells the truth is in properties.test.ts.
import fc from "fast-check";
import { expect, test } from "vitest";
import { explain } from "../../placement/explain";
import { place } from "../../placement/place";
import type { Plan } from "../../placement/plan";
import type { Instance } from "../../topology/instance";
import type { Node } from "../../topology/node";
import type { PreviousPlacement } from "../../topology/observed";
import type { Topology } from "../../topology/topology";
import { BruteForce } from "../support/brute-force";
import { planted } from "../support/planted";
import { aNode, anInstance, aTopology, gb } from "../support/topology";

const nodes = [
  aNode({ name: "big", ramBytes: gb(64), gpu: true, gpuMemoryBytes: gb(24), maxInstances: 8 }),
  aNode({ name: "mid", ramBytes: gb(32), maxInstances: 8 }),
  aNode({ name: "pi1", ramBytes: gb(8) }),
  aNode({ name: "pi2", ramBytes: gb(8) }),
];

interface Given {
  nodes?: Node[];
  instances: Instance[];
  previous?: Record<string, PreviousPlacement>;
  rebalance?: boolean;
}

function given({ previous = {}, rebalance = false, instances, ...fields }: Given): Topology {
  const topology = aTopology(fields.nodes ?? nodes, instances);
  return {
    ...topology,
    scenario: { ...topology.scenario, strategy: "pack", rebalance },
    observed: { ...topology.observed, previous },
  };
}

const four = ["a", "b", "c", "d"].map((id) => anInstance({ id, ramBytes: gb(3) }));

function placesOf(plan: Plan): Record<string, string> {
  return Object.fromEntries(plan.placements.map(({ instance, node }) => [instance, node]));
}

test("the small nodes are filled, the large ones and the GPU stay free; the explanation says so", async () => {
  const plan = await place(given({ instances: four.slice(0, 2) }));
  expect(plan.method).toBe("packed");
  expect(explain(plan)).toBe(`Plan: scenario on cluster
score of 100 = ram 30 + load 20 + gpu 15 + affinity 25 + preferred 10 at most

strategy pack: all are placed close together, so that large blocks stay free; scores are shown,
    but decide nothing; none moves fewer, and no larger blocks are possible

1. a: takes 3 GB, on the CPU
  → pi2    55  ram 30 + load 20 + gpu 5
    pi1    55  ram 30 + load 20 + gpu 5; passed over, as all are placed close together
    mid    45  ram 20 + load 20 + gpu 5
    big    40  ram 20 + load 20

2. b: takes 3 GB, on the CPU
  → pi2    30  ram 10 + load 15 + gpu 5
    pi1    55  ram 30 + load 20 + gpu 5; passed over, as all are placed close together
    mid    45  ram 20 + load 20 + gpu 5; passed over, as all are placed close together
    big    40  ram 20 + load 20; passed over, as all are placed close together

memory: █ placed  ▒ co-tenants  · free  ┃ limit  ░ kept for the OS; then slots taken, and by whom
  big  ···························┃·░░░░  0 GB of 64 GB  0/8
       ································   0 GB of 24 GB  GPU
  mid  ···························┃·░░░░  0 GB of 32 GB  0/8
  pi1  ···························┃·░░░░   0 GB of 8 GB  0/4
  pi2  ████████████████████████···┃·░░░░   6 GB of 8 GB  2/4  a, b

All 2 instances placed, on 1 of 4 nodes.`);
});

test("what runs stays, however the rest lies; rebalance packs it anew", async () => {
  const previous = { a: { node: "big" }, b: { node: "mid" } };
  const sticky = await place(given({ instances: four, previous }));
  expect(placesOf(sticky)).toEqual({ a: "big", b: "mid", c: "mid", d: "mid" });
  expect(sticky.placements.filter(({ was }) => was !== undefined)).toEqual([]);
  const anew = await place(given({ instances: four, previous, rebalance: true }));
  // Three nodes left empty are more than two, though the one that is filled is larger than both.
  expect(Object.values(placesOf(anew))).toEqual(["mid", "mid", "mid", "mid"]);
  expect(anew.packingGap).toEqual({ moves: 0, withoutGpu: 0, blocksPercent: 0 });
  expect(anew.placements.filter(({ why }) => why === "the scenario says rebalance")).toHaveLength(1);
});

test("a node that is lost moves only those who were on it", async () => {
  const instances = Array.from({ length: 24 }, (_, index) =>
    anInstance({ id: `i${index}`, ramBytes: gb(2 + (index % 3)) }),
  );
  const many = Array.from({ length: 8 }, (_, index) =>
    aNode({ name: `n${index}`, ramBytes: gb(index % 2 ? 32 : 16), maxInstances: 8 }),
  );
  const before = await place(given({ nodes: many, instances }));
  const previous = Object.fromEntries(before.placements.map(({ instance, node }) => [instance, { node }]));
  const lost = before.placements[0]!.node;
  const after = await place(given({ nodes: many.filter(({ name }) => name !== lost), instances, previous }));
  const moved = after.placements.filter(({ was }) => was !== undefined).map(({ instance }) => instance);
  const wereThere = before.placements.filter(({ node }) => node === lost).map(({ instance }) => instance);
  expect(moved).toEqual(wereThere);
});

test("a wish is followed where it costs no node", async () => {
  const instances = [anInstance({ id: "a" }), anInstance({ id: "b", preferredNode: "pi2" })];
  expect(placesOf(await place(given({ instances })))).toEqual({ a: "pi2", b: "pi2" });
});

test("who prefers a GPU gets one while there is room, and does without where that places all", async () => {
  const small = [aNode({ name: "n", gpu: true, gpuMemoryBytes: gb(8) })];
  const instances = ["a", "b"].map((id) => anInstance({ id, gpu: "preferred", gpuMemoryBytes: gb(8) }));
  const [one] = instances;
  expect((await place(given({ nodes: small, instances: [one!] }))).placements[0]!.onGpu).toBe(true);
  const both = await place(given({ nodes: small, instances }));
  expect(both.unplaced).toEqual([]);
});

test("that no more can have a GPU is added up where the plan is too large for the solver", async () => {
  const many = Array.from({ length: 40 }, (_, index) => {
    const gpus = index % 2 === 0 ? [1, 2, 4][index % 3]! : 0;
    const gpuMemoryBytes = gpus > 0 ? gb(24) : 0;
    return aNode({
      name: `n${index}`,
      ramBytes: gb(64),
      gpu: gpus > 0,
      gpus,
      gpuMemoryBytes,
      maxInstances: 12,
    });
  });
  const instances = Array.from({ length: 200 }, (_, index) =>
    anInstance({
      id: `i${index}`,
      ramBytes: gb(1) + index * 1e7,
      gpu: "preferred",
      gpus: [0.25, 0.5, 1][index % 3]!,
      gpuMemoryBytes: gb(2) + index * 1e6,
    }),
  );
  const plan = await place(given({ nodes: many, instances }));
  // 47 GPUs: 67 quarters of one, and 60 halves.
  expect(plan.placements.filter(({ onGpu }) => onGpu)).toHaveLength(127);
  expect(plan.packingGap).toMatchObject({ moves: 0, withoutGpu: 0 });
});

test("what does not fit fails with the same proof as ever", async () => {
  const instances = Array.from({ length: 3 }, (_, index) => anInstance({ id: `i${index}`, ramBytes: gb(5) }));
  const plan = await place(given({ nodes: nodes.slice(2), instances }));
  const balanced = await place(aTopology(nodes.slice(2), instances));
  expect(plan).toEqual(balanced);
  expect(plan.conflict?.proven).toBe(true);
});

test("packs whatever fits, with the fewest moves and then the most GPUs, compared with every placement there is", async () => {
  const wish = fc.record({
    ram: fc.integer({ min: 1, max: 10 }),
    apart: fc.boolean(),
    was: fc.constantFrom(undefined, "n0", "n1", "n2"),
    gpu: fc.constantFrom("none" as const, "preferred" as const, "preferred" as const, "required" as const),
    gpus: fc.constantFrom(0, 0.5, 1, 2),
    gpuMemory: fc.constantFrom(0, 3, 5),
  });
  const drawn = fc.record({
    rams: fc.array(fc.constantFrom(8, 12, 16), { minLength: 3, maxLength: 3 }),
    gpus: fc.array(fc.constantFrom(0, 1, 2), { minLength: 3, maxLength: 3 }),
    slots: fc.integer({ min: 1, max: 3 }),
    wishes: fc.array(wish, { minLength: 1, maxLength: 5 }),
  });
  let whole = 0;
  for (const { rams, gpus, slots, wishes } of fc.sample(drawn, { numRuns: 120, seed: 11 })) {
    const apart = wishes.flatMap((one, index) => (one.apart ? [`i${index}`] : [])).slice(0, 2);
    const topology = given({
      nodes: rams.map((ram, index) =>
        aNode({
          name: `n${index}`,
          ramBytes: gb(ram),
          gpu: gpus[index]! > 0,
          gpus: gpus[index]!,
          gpuMemoryBytes: gpus[index]! > 0 ? gb(8) : 0,
          maxInstances: slots,
        }),
      ),
      instances: wishes.map(({ ram, gpu, gpus, gpuMemory }, index) =>
        anInstance({
          id: `i${index}`,
          ramBytes: gb(ram),
          gpu,
          ...(gpu !== "none" && { gpus, gpuMemoryBytes: gb(gpuMemory) }),
          antiAffinity: apart.includes(`i${index}`) ? apart.filter((id) => id !== `i${index}`) : [],
        }),
      ),
      previous: Object.fromEntries(
        wishes.flatMap(({ was }, index) => (was ? [[`i${index}`, { node: was }]] : [])),
      ),
    });
    const plan = await place(topology);
    const truth = new BruteForce(topology);
    const best = truth.mostOnGpu(topology.scenario.instances.map(({ id }) => id));
    expect(plan.unplaced.length === 0).toBe(best !== undefined);
    if (!best) continue;
    whole++;
    expect(plan.method).toBe("packed");
    const stays = plan.placements.filter((one) => one.stays).length;
    const onGpu = plan.placements.filter((one) => one.onGpu).length;
    expect({ stays, onGpu }).toEqual(best);
  }
  expect(whole).toBeGreaterThan(40);
});

test("who could do without a GPU does, where another needs the node", async () => {
  const small = [
    aNode({ name: "gpus", gpu: true, gpus: 3, maxInstances: 1 }),
    aNode({ name: "plain", maxInstances: 2 }),
  ];
  const instances = [
    anInstance({ id: "must", gpu: "required", gpus: 1, ramBytes: gb(4) }),
    anInstance({ id: "likes", gpu: "preferred", gpus: 1, ramBytes: gb(6) }),
  ];
  const plan = await place(given({ nodes: small, instances }));
  expect(plan.method).toBe("packed");
  expect(placesOf(plan)).toEqual({ must: "gpus", likes: "plain" });
});

test("nobody who prefers a GPU is left without because another could not have one", async () => {
  const many = [
    aNode({ name: "a", gpu: true, gpus: 1 }),
    aNode({ name: "b", gpu: true, gpus: 1 }),
    aNode({ name: "c" }),
  ];
  const ask = (id: string, gpus: number) => anInstance({ id, gpu: "preferred", gpus });
  const plan = await place(given({ nodes: many, instances: [ask("one", 1), ask("two", 2)] }));
  expect(plan.placements.map(({ instance, onGpu }) => [instance, onGpu])).toEqual([
    ["one", true],
    ["two", false],
  ]);
  expect(plan.packingGap?.withoutGpu).toBe(0);
});

test("who stays without a GPU is not started anew for one, though others have theirs whole", async () => {
  const two = [
    aNode({ name: "a", ramBytes: gb(32), gpu: true, gpus: 2 }),
    aNode({ name: "b", ramBytes: gb(32) }),
  ];
  const instances = [
    anInstance({ id: "likes", gpu: "preferred" }),
    anInstance({ id: "must", gpu: "required", gpus: 1 }),
  ];
  const previous = {
    likes: { node: "a", onGpu: false },
    must: { node: "a", onGpu: true, gpuDevices: [0] },
  };
  const plan = await place(given({ nodes: two, instances, previous }));
  expect(plan.placements.map(({ node, onGpu, gpuDevices }) => [node, onGpu, gpuDevices])).toEqual([
    ["a", false, undefined],
    ["a", true, [0]],
  ]);
});

test("who runs without the GPU it would prefer stays where it is", async () => {
  const instances = ["a", "b"].map((id) =>
    anInstance({ id, ramBytes: gb(3), gpu: "preferred", gpuMemoryBytes: gb(24) }),
  );
  const previous = { a: { node: "big", onGpu: true }, b: { node: "big", onGpu: false } };
  const plan = await place(given({ instances, previous }));
  expect(plan.placements.map(({ instance, node, onGpu }) => [instance, node, onGpu])).toEqual([
    ["a", "big", true],
    ["b", "big", false],
  ]);
});

test("who runs on a GPU keeps it, though a newcomer prefers one, too, or several would share it", async () => {
  const one = [aNode({ name: "a", ramBytes: gb(64), gpu: true, gpus: 1, maxInstances: 8 })];
  const likes = (id: string, gpus: number) => anInstance({ id, gpu: "preferred", gpus });
  const instances = [likes("runs", 1), ...["b", "c", "d", "e"].map((id) => likes(id, 0.25))];
  const previous = { runs: { node: "a", onGpu: true, gpuDevices: [0] } };
  const plan = await place(given({ nodes: one, instances, previous }));
  expect(plan.placements.filter(({ onGpu }) => onGpu).map(({ instance }) => instance)).toEqual(["runs"]);
  expect(plan.packingGap).toEqual({ moves: 0, withoutGpu: 0, blocksPercent: 0 });
});

test("who runs on certain devices keeps them, though a node could be left empty or a newcomer prefers them", async () => {
  const two = [
    aNode({ name: "a", ramBytes: gb(64), gpu: true, gpus: 2 }),
    aNode({ name: "b", ramBytes: gb(64), gpu: true, gpus: 1 }),
  ];
  const half = (id: string) => anInstance({ id, gpu: "required", gpus: 0.5 });
  const previous = {
    p: { node: "a", onGpu: true, gpuDevices: [0] },
    q: { node: "a", onGpu: true, gpuDevices: [1] },
  };
  for (const gpu of ["required", "preferred"] as const) {
    const instances = [half("p"), half("q"), anInstance({ id: "new", gpu, gpus: 1 })];
    const plan = await place(given({ nodes: gpu === "required" ? two : [two[0]!], instances, previous }));
    expect(plan.placements.map(({ node, gpuDevices }) => [node, gpuDevices])).toEqual([
      gpu === "required" ? ["b", [0]] : ["a", undefined],
      ["a", [0]],
      ["a", [1]],
    ]);
  }
});

test("who takes no slot needs none, though others hold more than there are", async () => {
  const others = ["q", "r"].map((instance) => ({
    stack: "other",
    instance,
    node: "n",
    ramBytes: gb(1),
    gpuMemoryBytes: 0,
  }));
  const topology = given({
    nodes: [aNode({ name: "n", maxInstances: 1 })],
    instances: [anInstance({ id: "sidecar", slots: 0 })],
  });
  const plan = await place({ ...topology, observed: { ...topology.observed, others } });
  expect(plan.method).toBe("packed");
});

test("who is liked is liked on a GPU, too", async () => {
  const two = ["a", "b"].map((name) =>
    aNode({ name, ramBytes: gb(32), gpu: true, gpus: 1, maxInstances: 2 }),
  );
  const likes = (id: string) => anInstance({ id, gpu: "preferred", gpus: 1, ramBytes: gb(9) });
  for (const liked of ["x", "y"]) {
    const instances = [likes("x"), likes("y"), anInstance({ id: "l", affinity: [liked] })];
    const places = placesOf(await place(given({ nodes: two, instances })));
    expect(places.l).toBe(places[liked]);
  }
});

test("on 100 nodes that are nearly full nobody moves who need not", async () => {
  const topology = planted({ seed: 77, nodes: 100, instances: 1000, fill: 0.9, gpus: true, running: 0.5 });
  const { scenario } = topology;
  const plan = await place({ ...topology, scenario: { ...scenario, strategy: "pack" } });
  expect(plan.packingGap).toEqual({ moves: 0, withoutGpu: 0 });
  expect(plan.placements.filter(({ was }) => was !== undefined)).toEqual([]);
}, 60_000);

test("fills the fewest nodes, which is proven; of a list that is too large nothing is claimed", async () => {
  const many = Array.from({ length: 10 }, (_, index) => aNode({ name: `n${index}`, ramBytes: gb(16) }));
  const instances = Array.from({ length: 12 }, (_, index) =>
    anInstance({ id: `i${index}`, ramBytes: gb([6, 4, 3][index % 3]!) }),
  );
  const plan = await place(given({ nodes: many, instances }));
  expect(plan.packingGap).toEqual({ moves: 0, withoutGpu: 0, blocksPercent: 0 });
  // 52 GB need four nodes of 13.6 GB, and 13 GB is the most that two of 6, 4 and 3 or three fill: exactly so.
  expect(new Set(plan.placements.map(({ node }) => node)).size).toBe(4);
  const crowd = Array.from({ length: 200 }, (_, index) => aNode({ name: `n${index}` }));
  const crowded = Array.from({ length: 150 }, (_, index) =>
    anInstance({ id: `i${index}`, ramBytes: gb(1) + index }),
  );
  const large = await place(given({ nodes: crowd, instances: crowded }));
  expect(large.packingGap).toEqual({ moves: 0, withoutGpu: 0 });
  expect(explain(large).replace(/\n {4}/g, " ")).toContain(
    "; none moves fewer, and how much more might stay free is not known for a plan of this size\n",
  );
});

test("the GPU an instance asks for, by share, number and model, is what it gets", async () => {
  const gpus = [
    aNode({ name: "four", gpu: true, gpus: 4, gpuModel: "A10", gpuMemoryBytes: gb(24), maxInstances: 8 }),
    aNode({ name: "one", gpu: true, gpus: 1, gpuModel: "T4", gpuMemoryBytes: gb(16), maxInstances: 8 }),
  ];
  const ask = (id: string, count: number, gpuModel?: string) =>
    anInstance({ id, gpu: "required", gpus: count, ...(gpuModel && { gpuModel }) });
  const instances = [ask("half", 0.5, "A10"), ask("rest", 0.5, "A10"), ask("three", 3), ask("t4", 1, "T4")];
  const plan = await place(given({ nodes: gpus, instances }));
  expect(plan.method).toBe("packed");
  const shared = plan.placements[0]!.gpuDevices!;
  expect(plan.placements.map(({ instance, node, gpuDevices }) => [instance, node, gpuDevices])).toEqual([
    ["half", "four", shared],
    ["rest", "four", shared],
    ["t4", "one", [0]],
    ["three", "four", [0, 1, 2, 3].filter((device) => device !== shared[0])],
  ]);
});
