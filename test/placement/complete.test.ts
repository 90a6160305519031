// Berth never says "impossible" when it is possible, moves as few as can be, and names the smallest conflict: against
// all placements of thousands of small clusters.
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { place } from "../../placement/place";
import type { Plan } from "../../placement/plan";
import type { Topology } from "../../topology/topology";
import { type Assignment, BruteForce, subsets } from "../support/brute-force";
import { aNode, anInstance, aTopology, gb } from "../support/topology";

const nodes = ["n0", "n1", "n2", "n3"];
const ids = ["a", "b", "c", "d", "e", "f"];
const some = <Item>(items: Item[], maxLength: number) =>
  fc.uniqueArray(fc.constantFrom(...items), { maxLength });
const rarely = <Item>(value: fc.Arbitrary<Item>) => fc.option(value, { nil: undefined, freq: 4 });
const gpuWish = fc.constantFrom("required", "preferred", "none", "none", "none");

const small: fc.Arbitrary<Topology> = fc
  .record({
    nodes: fc.array(
      fc.record({
        ram: fc.constantFrom(4, 8, 8, 16),
        maxInstances: fc.integer({ min: 1, max: 3 }),
        gpu: fc.boolean(),
        unifiedMemory: fc.boolean(),
        status: fc.constantFrom("HEALTHY", "HEALTHY", "HEALTHY", "HEALTHY", "DEGRADED", "UNAVAILABLE"),
        observed: fc.constantFrom("HEALTHY", "HEALTHY", "HEALTHY", "DEGRADED", "UNAVAILABLE", "GONE"),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    instances: fc.array(
      fc.record({
        ram: fc.integer({ min: 1, max: 10 }),
        gpu: gpuWish,
        gpuMemory: fc.integer({ min: 0, max: 5 }),
        antiAffinity: some(ids, 1),
        affinity: some(ids, 3),
        preferredNode: rarely(fc.constantFrom(...nodes)),
        was: rarely(fc.constantFrom(...nodes)),
        pin: fc.option(fc.constantFrom(...nodes), { nil: undefined, freq: 1 }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    others: fc.array(fc.record({ node: fc.constantFrom(...nodes), ram: fc.integer({ min: 1, max: 4 }) }), {
      maxLength: 2,
    }),
    failover: fc.boolean(),
    allowMoves: fc.constantFrom(true, true, true, false),
    wasRunning: fc.boolean(),
  })
  .map((parts) => toTopology(parts as never));

function toTopology(parts: {
  nodes: {
    ram: number;
    gpu: boolean;
    status: "HEALTHY";
    observed: "HEALTHY" | "GONE";
    unifiedMemory: boolean;
    maxInstances: number;
  }[];
  instances: {
    ram: number;
    gpu: "required" | "preferred" | "none";
    gpuMemory: number;
    antiAffinity: string[];
    affinity: string[];
    preferredNode?: string;
    was?: string;
    pin?: string;
  }[];
  others: { node: string; ram: number }[];
  failover: boolean;
  allowMoves: boolean;
  wasRunning: boolean;
}): Topology {
  const named = parts.nodes.map((node, index) => ({ ...node, name: nodes[index]! }));
  const known = (name: string | undefined) => named.some((node) => node.name === name);
  const present = ids.slice(0, parts.instances.length);
  const instances = parts.instances.map((instance, index) => {
    const id = ids[index]!;
    const others = (list: string[]) => list.filter((other) => other !== id && present.includes(other));
    const antiAffinity = others(instance.antiAffinity);
    return anInstance({
      id,
      ramBytes: gb(instance.ram / 2),
      gpu: instance.gpu,
      gpuMemoryBytes: instance.gpu === "none" ? 0 : gb(instance.gpuMemory / 2),
      antiAffinity,
      affinity: others(instance.affinity).filter((other) => !antiAffinity.includes(other)),
      ...(instance.preferredNode && { preferredNode: instance.preferredNode }),
    });
  });
  const pins = parts.instances.flatMap(({ pin }, index) => (known(pin) ? [[ids[index]!, pin!]] : []));
  const topology = aTopology(
    named.map(({ ram, observed, ...node }) =>
      aNode({ ...node, ramBytes: gb(ram), gpuMemoryBytes: node.gpu ? gb(ram / 2) : 0 }),
    ),
    instances,
    Object.fromEntries(pins),
  );
  const previous = parts.instances.flatMap(({ was }, index) => (was ? [[ids[index]!, { node: was }]] : []));
  return {
    cluster: {
      ...topology.cluster,
      failover: { enabled: parts.failover, autoRestart: true, leaseSeconds: 60 },
    },
    scenario: { ...topology.scenario, allowMoves: parts.allowMoves },
    observed: {
      previous: parts.wasRunning ? Object.fromEntries(previous) : {},
      others: parts.others.map(({ node, ram }, index) => ({
        stack: "other",
        instance: `o${index}`,
        node,
        ramBytes: gb(ram / 2),
        gpuMemoryBytes: 0,
      })),
      nodes: Object.fromEntries(
        named.map(({ name, observed }) => [
          name,
          observed === "GONE" ? { gone: true } : { status: observed },
        ]),
      ),
    },
  };
}

const assignmentOf = (plan: Plan): Assignment =>
  new Map(plan.placements.map(({ instance, node, onGpu }) => [instance, { node, onGpu }]));

let cases: { topology: Topology; plan: Plan }[];

beforeAll(async () => {
  const topologies = fc.sample(small, { numRuns: 1000, seed: 4 });
  cases = await Promise.all(topologies.map(async (topology) => ({ topology, plan: await place(topology) })));
}, 120_000);

function holds(check: (topology: Topology, plan: Plan, truth: BruteForce, all: string[]) => void): void {
  for (const { topology, plan } of cases) {
    const all = topology.scenario.instances.map(({ id }) => id);
    check(topology, plan, new BruteForce(topology), all);
  }
}

describe("against all placements", () => {
  it("a plan is whole if and only if that is possible, and moves as few as can be", () =>
    holds((_, plan, truth, all) => {
      const best = truth.best(all);
      expect(plan.unplaced.length === 0).toBe(best !== undefined);
      expect(plan.conflict?.proven).toBe(best ? undefined : true);
      if (!best) return;
      const chosen = truth.worth(assignmentOf(plan));
      expect(chosen.stays).toBe(best.stays);
      if (plan.method !== "greedy") expect(chosen).toEqual(best);
      expect(truth.fits(all, assignmentOf(plan))).toBe(true);
    }));

  it("a conflict is as small as can be and does not fit", () =>
    holds((_, plan, truth, all) => {
      if (!plan.conflict) return;
      const { instances } = plan.conflict;
      expect(truth.fits(instances)).toBe(false);
      for (const smaller of subsets(all, instances.length - 1)) expect(truth.fits(smaller)).toBe(true);
    }));
});
