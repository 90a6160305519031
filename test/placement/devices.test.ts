// Plans of nodes with several GPUs, against every way to give them out: nothing is over-committed, "impossible" is only said
// of what is, and of these small clusters no placement is missed.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explain } from "../../placement/explain";
import { place } from "../../placement/place";
import type { Plan } from "../../placement/plan";
import { type Held, noObservations, type PreviousPlacement } from "../../topology/observed";
import type { Topology } from "../../topology/topology";
import { type Assignment, BruteForce } from "../support/brute-force";
import { plantedShares } from "../support/planted";
import { aNode, anInstance, aTopology, gb } from "../support/topology";
import { deviceUse } from "../support/truth";

const several = aNode({ name: "several", ramBytes: gb(64), gpu: true, gpus: 2, gpuMemoryBytes: gb(24) });

function given(
  nodes = [several],
  instances = [anInstance()],
  previous: Record<string, PreviousPlacement> = {},
  others: Held[] = [],
): Topology {
  return { ...aTopology(nodes, instances), observed: { ...noObservations, previous, others } };
}

const share = (id: string, gpus: number, fields = {}) => anInstance({ id, gpu: "required", gpus, ...fields });

/** `b GPU 1` for each. */
const devicesOf = ({ placements }: Plan) =>
  placements.map(({ instance, gpuDevices }) => `${instance} ${gpuDevices?.join("+") ?? "none"}`);

const assignmentOf = (plan: Plan): Assignment =>
  new Map(plan.placements.map(({ instance, node, onGpu }) => [instance, { node, onGpu }]));

describe("a plan gives", () => {
  it.each<[string, string[], Topology]>([
    [
      "a share to the fullest that has room, whole ones to the idle",
      ["a 1", "b 1", "c 0"],
      given(undefined, [share("a", 0.5), share("b", 0.3), share("c", 1)].reverse()),
    ],
    [
      "whole ones first",
      ["a 1", "b 1", "c 0"],
      given(undefined, [share("a", 0.6), share("b", 0.4), share("c", 1)]),
    ],
    ["several whole ones", ["a 0+1"], given(undefined, [share("a", 2)])],
    [
      "memory of one to those who say nothing of their share",
      ["a 0", "b 1", "c 0"],
      given(
        undefined,
        [20, 12, 4].map((size, index) => share("abc"[index]!, 0, { gpuMemoryBytes: gb(size) })),
      ),
    ],
    [
      "nobody a part of what another stack has whole",
      ["a 1"],
      given(undefined, [share("a", 0)], {}, [
        {
          stack: "o",
          instance: "x",
          node: "several",
          ramBytes: 1,
          gpuMemoryBytes: 0,
          gpus: 1,
          gpuDevices: [0],
        },
      ]),
    ],
    [
      "what runs the GPU it has",
      ["a 1", "b 1"],
      given(undefined, [share("a", 0.5), share("b", 0.5, { ramBytes: gb(2) })], {
        a: { node: "several", onGpu: true, gpuDevices: [1] },
      }),
    ],
    [
      "what runs another GPU only where a newcomer has no room else",
      ["a 1", "b 1", "c 0"],
      given(undefined, [share("a", 0.5), share("b", 0.5), share("c", 1)], {
        a: { node: "several", onGpu: true, gpuDevices: [0] },
        b: { node: "several", onGpu: true, gpuDevices: [1] },
      }),
    ],
  ])("%s", async (_, expected, topology) => {
    const plan = await place(topology);
    expect(plan.unplaced).toEqual([]);
    expect(devicesOf(plan)).toEqual(expected);
    const packed = await place({
      ...topology,
      scenario: { ...topology.scenario, strategy: "pack" },
    });
    expect(packed.unplaced).toEqual([]);
  });

  it("no device where a single GPU is shared by its memory, as ever", async () => {
    const one = aNode({ gpu: true, gpuMemoryBytes: gb(8) });
    const plan = await place(given([one], [anInstance({ gpu: "required", gpuMemoryBytes: gb(4) })]));
    expect(plan.placements[0]!.takes).toEqual({ ramBytes: gb(1), gpuMemoryBytes: gb(4) });
    expect(plan.placements[0]).not.toHaveProperty("gpuDevices");
    expect(plan.nodes[0]).not.toHaveProperty("gpus");
  });
});

it("a plan with cores and several GPUs is explained", async () => {
  const plan = await place(
    given(
      [{ ...several, cpuCores: 16, gpuModel: "A100" }, aNode({ name: "plain", cpuCores: 2 })],
      [
        share("half", 0.5, { cpuCores: 2.5, gpuMemoryBytes: gb(8) }),
        share("model", 1, { gpuModel: "V100", gpu: "preferred" }),
        share("pair", 1, { gpuMemoryBytes: gb(4), slots: 0 }),
      ],
    ),
  );
  expect(explain(plan)).toMatchInlineSnapshot(`
    "Plan: scenario on cluster
    score of 100 = ram 30 + load 20 + gpu 15 + affinity 25 + preferred 10 at most

    1. pair: takes 1 GB and 4 GB of GPU memory, on GPU 0
      → several    55  ram 20 + load 20 + gpu 15
        plain       –  NoGpu: needs a GPU, has none

    2. half: takes 2.5 cores, 1 GB and 8 GB of GPU memory, on 0.5 of GPU 1
      → several    55  ram 20 + load 20 + gpu 15
        plain       –  NoGpu: needs a GPU, has none

    3. model: takes 1 GB, on the CPU
      → plain      40  ram 20 + load 20
        several    35  ram 20 + load 15

    memory: █ placed  ▒ co-tenants  · free  ┃ limit  ░ kept for the OS; then slots taken, and by whom
      plain    ██·························┃·░░░░   1 GB of 16 GB     1/4  model
      several  █··························┃·░░░░   2 GB of 64 GB     1/4  2.5 cores of 16;
               ████████························   12 GB of 48 GB  2 GPUs  half, pair

    All 3 instances placed, on 2 of 2 nodes."
  `);
});

describe("a cluster whose GPUs were cut into shares has room for all of them", () => {
  it.each([1, 2, 3])("%d", async (seed) => {
    const topology = plantedShares({ seed, nodes: 12, gpus: 4 });
    const plan = await place(topology);
    expect(plan.unplaced).toEqual([]);
    const packed = await place({ ...topology, scenario: { ...topology.scenario, strategy: "pack" } });
    expect([packed.unplaced, packed.method]).toEqual([[], "packed"]);
  });
});

describe("against every way to give out devices", () => {
  const size = fc.integer({ min: 0, max: 5 });
  const cluster: fc.Arbitrary<Topology> = fc
    .record({
      nodes: fc.array(
        fc.record({
          gpus: fc.integer({ min: 0, max: 3 }),
          gpuModel: fc.constantFrom(undefined, "A100"),
          cpuCores: fc.constantFrom(undefined, 2, 4),
          maxInstances: fc.integer({ min: 1, max: 4 }),
        }),
        { minLength: 1, maxLength: 2 },
      ),
      instances: fc.array(
        fc.record({
          gpu: fc.constantFrom(
            "required" as const,
            "required" as const,
            "preferred" as const,
            "none" as const,
          ),
          gpus: fc.constantFrom(0, 0.3, 0.4, 0.6, 1, 1, 2),
          gpuModel: fc.constantFrom(undefined, undefined, undefined, "A100"),
          gpuMemory: size,
          cpuCores: fc.constantFrom(0, 0, 0.5, 1.5),
          slots: fc.constantFrom(1 as const, 1 as const, 0 as const),
          ram: fc.integer({ min: 1, max: 4 }),
          was: fc.constantFrom(undefined, undefined, 0, 1),
        }),
        { minLength: 1, maxLength: 6 },
      ),
      held: fc.constantFrom(undefined, undefined, 0.5, 1),
      strategy: fc.constantFrom("balanced" as const, "balanced" as const, "pack" as const),
    })
    .map(({ nodes, instances, held, strategy }) => {
      const topology = given(
        nodes.map(({ gpuModel, cpuCores, ...node }, index) =>
          aNode({
            ...node,
            name: `n${index}`,
            gpu: node.gpus > 0,
            gpuMemoryBytes: node.gpus > 0 ? gb(8) : 0,
            ...(gpuModel && node.gpus > 0 && { gpuModel }),
            ...(cpuCores && { cpuCores }),
          }),
        ),
        instances.map(({ gpu, gpus, gpuModel, gpuMemory, cpuCores, slots, ram }, index) =>
          anInstance({
            id: `i${index}`,
            ramBytes: gb(ram),
            cpuCores,
            slots,
            gpu,
            ...(gpu !== "none" && {
              gpus,
              gpuMemoryBytes: gb(gpuMemory),
              ...(gpuModel && { gpuModel }),
            }),
          }),
        ),
        Object.fromEntries(
          instances.flatMap(({ was, gpus, gpu }, index) =>
            was === undefined || gpu === "none" || gpus >= 2
              ? []
              : [[`i${index}`, { node: "n0", onGpu: true, gpuDevices: [was] }]],
          ),
        ),
        held === undefined
          ? []
          : [
              {
                stack: "other",
                instance: "o",
                node: "n0",
                ramBytes: gb(1),
                gpuMemoryBytes: gb(2),
                gpus: held,
                gpuDevices: [1],
                cpuCores: 0.5,
              },
            ],
      );
      return { ...topology, scenario: { ...topology.scenario, strategy } };
    });

  it("no plan is wrong, and none is missed", async () => {
    const seen = { whole: 0, impossible: 0, severalGpus: 0, moved: 0 };
    for (const topology of fc.sample(cluster, { numRuns: 200, seed: 7 })) {
      const plan = await place(topology);
      const truth = new BruteForce(topology);
      const all = topology.scenario.instances.map(({ id }) => id);
      const isPossible = truth.fits(all);
      const what = JSON.stringify(topology);
      expect([plan.unplaced.length === 0, what]).toEqual([isPossible, what]);
      expect(truth.fits([...assignmentOf(plan).keys()], assignmentOf(plan))).toBe(true);
      for (const node of topology.cluster.nodes) {
        const here = plan.placements.filter((placement) => placement.node === node.name);
        const use = deviceUse(node, [
          ...topology.observed.others
            .filter((held) => held.node === node.name)
            .map((held) => ({ ...held, devices: held.gpuDevices })),
          ...here.map(({ instance, takes, onGpu, gpuDevices }) => ({
            gpuMemoryBytes: takes.gpuMemoryBytes,
            gpus: topology.scenario.instances.find(({ id }) => id === instance)!.gpus,
            devices: onGpu ? (gpuDevices ?? [0]) : [],
          })),
        ]);
        for (const { milli, bytes } of use) {
          expect(milli).toBeLessThanOrEqual(1000);
          expect(bytes).toBeLessThanOrEqual(gb(8));
        }
        if (here.some(({ gpuDevices = [] }) => gpuDevices.length > 1)) seen.severalGpus++;
      }
      if (plan.conflict?.proven) {
        expect(truth.fits(plan.conflict.instances)).toBe(false);
        seen.impossible++;
      }
      if (isPossible) seen.whole++;
      if (plan.placements.some(({ wasGpuDevices, was }) => wasGpuDevices ?? was)) seen.moved++;
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
  }, 120_000);
});
