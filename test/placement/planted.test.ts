// Clusters of which it is known that all fits, or that it cannot: Berth says so, and never the contrary.
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { place } from "../../placement/place";
import type { Plan } from "../../placement/plan";
import type { Topology } from "../../topology/topology";
import { type Assignment, BruteForce } from "../support/brute-force";
import { overfull, planted } from "../support/planted";
import { aNode, anInstance, aTopology, gb } from "../support/topology";

vi.setConfig({ testTimeout: 300_000 });

const seeds = [1, 2, 3];

test.each([
  { nodes: 6, instances: 24, fill: 0.95 },
  { nodes: 10, instances: 45, fill: 0.97, gpus: true },
  { nodes: 20, instances: 100, fill: 0.98 },
  { nodes: 20, instances: 100, fill: 1, slots: 16 },
  { nodes: 50, instances: 200, fill: 0.97, gpus: true },
])("what fits is placed: $instances on $nodes, $fill full", async (shape) => {
  for (const seed of seeds) {
    const plan = await place(planted({ seed, ...shape }));
    expect({ seed, unplaced: plan.unplaced, conflict: plan.conflict }).toEqual({
      seed,
      unplaced: [],
      conflict: undefined,
    });
  }
});

test.each([
  { nodes: 6, instances: 24 },
  { nodes: 20, instances: 100, slots: 16 },
  { nodes: 50, instances: 200 },
])("what adds up to too much is proven: $instances on $nodes", async (shape) => {
  const { conflict } = await place(overfull({ seed: 1, ...shape }));
  expect(conflict).toMatchObject({ proven: true });
});

test("what runs does not move when the newcomers fit beside it", async () => {
  const plan = await place(planted({ seed: 1, nodes: 50, instances: 200, fill: 0.98, running: 0.9 }));
  expect(plan.unplaced).toEqual([]);
  const moved = plan.placements.filter(({ was }) => was !== undefined).length;
  expect(moved - (plan.gap?.moves ?? 0)).toBe(0);
});

const groups: fc.Arbitrary<Topology> = fc
  .record({
    nodes: fc.array(
      fc.record({ ram: fc.constantFrom(4, 8, 8), maxInstances: fc.integer({ min: 1, max: 4 }) }),
      {
        minLength: 2,
        maxLength: 3,
      },
    ),
    groups: fc.array(
      fc.record({
        count: fc.integer({ min: 1, max: 4 }),
        ram: fc.integer({ min: 2, max: 8 }),
        apart: fc.boolean(),
        running: fc.nat({ max: 3 }),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    foe: fc.boolean(),
  })
  .map(({ nodes, groups, foe }) => {
    const previous: Record<string, { node: string }> = {};
    const instances = groups.flatMap(({ count, ram, apart, running }, group) => {
      const ids = Array.from({ length: count }, (_, ordinal) => `g${group}-${ordinal}`);
      ids.slice(0, running).forEach((id, index) => {
        previous[id] = { node: `n${index % nodes.length}` };
      });
      const antiAffinity = (id: string) => [
        ...(apart ? ids.filter((other) => other !== id) : []),
        ...(foe && group === 1 ? ["g0-0"] : []),
      ];
      return ids.map((id) => anInstance({ id, ramBytes: gb(ram / 2), antiAffinity: antiAffinity(id) }));
    });
    const topology = aTopology(
      nodes.map(({ ram, maxInstances }, index) =>
        aNode({ name: `n${index}`, ramBytes: gb(ram), maxInstances }),
      ),
      instances,
    );
    return { ...topology, observed: { ...topology.observed, previous } };
  });

const assignmentOf = (plan: Plan): Assignment =>
  new Map(plan.placements.map(({ instance, node, onGpu }) => [instance, { node, onGpu }]));

test("equal instances, counted together, are decided as if each were looked at", async () => {
  for (const topology of fc.sample(groups, { numRuns: 400, seed: 5 })) {
    const plan = await place(topology);
    const truth = new BruteForce(topology);
    const all = topology.scenario.instances.map(({ id }) => id);
    const best = truth.best(all);
    expect(plan.unplaced.length === 0).toBe(best !== undefined);
    expect(plan.conflict?.proven).toBe(best ? undefined : true);
    if (!best) continue;
    expect(truth.fits(all, assignmentOf(plan))).toBe(true);
    const chosen = truth.worth(assignmentOf(plan));
    expect(chosen.stays).toBe(best.stays);
    if (plan.method !== "greedy") expect(chosen).toEqual(best);
  }
});
