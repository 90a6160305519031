import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { explain } from "../../placement/explain";
import { place } from "../../placement/place";
import type { Placement, Plan, Rejection } from "../../placement/plan";
import type { Instance } from "../../topology/instance";
import type { Node } from "../../topology/node";
import type { Topology } from "../../topology/topology";
import { BruteForce } from "../support/brute-force";
import { aNode, anInstance, aTopology, gb } from "../support/topology";

// Says nothing about which node is best: the tables of place.test.ts and four-scenarios.test.ts do.

const size = (max: number) => fc.integer({ min: 1, max: max * 10 }).map((tenths) => tenths * 100_000_000);
const names = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

const nodeArbitrary = (name: string): fc.Arbitrary<Node> =>
  fc
    .record({
      ramBytes: size(32),
      gpu: fc.boolean(),
      unifiedMemory: fc.boolean(),
      gpuShare: fc.integer({ min: 0, max: 10 }),
      maxInstances: fc.integer({ min: 1, max: 4 }),
      status: fc.constantFrom("HEALTHY", "HEALTHY", "HEALTHY", "DEGRADED", "MAINTENANCE"),
      tenantBytes: fc.oneof(fc.constant(0), size(6)),
    })
    .map(({ gpuShare, tenantBytes, ...fields }) =>
      aNode({
        ...fields,
        name,
        gpuMemoryBytes: fields.gpu ? Math.round((fields.ramBytes * gpuShare) / 10) : 0,
        coTenants: [{ name: "tenant", ramBytes: tenantBytes, gpuMemoryBytes: fields.gpu ? gb(0.5) : 0 }],
      } as Partial<Node>),
    );

const instanceArbitrary = (id: string, ids: string[], nodes: string[]): fc.Arbitrary<Instance> =>
  fc
    .record({
      ramBytes: size(12),
      gpu: fc.constantFrom("required" as const, "preferred" as const, "none" as const),
      gpuMemoryBytes: fc.oneof(fc.constant(0), size(8)),
      preferredNode: fc.option(fc.constantFrom(...nodes), { nil: undefined }),
      antiAffinity: fc.array(fc.constantFrom(...ids), { maxLength: 2 }),
      affinity: fc.array(fc.constantFrom(...ids), { maxLength: 3 }),
    })
    .map((fields) =>
      anInstance({
        ...fields,
        id,
        gpuMemoryBytes: fields.gpu === "none" ? 0 : fields.gpuMemoryBytes,
        antiAffinity: fields.antiAffinity.filter((other) => other !== id),
        affinity: fields.affinity.filter((other) => other !== id && !fields.antiAffinity.includes(other)),
      } as Partial<Instance>),
    );

const topologyArbitrary: fc.Arbitrary<Topology> = fc
  .record({ nodeCount: fc.integer({ min: 1, max: 5 }), instanceCount: fc.integer({ min: 1, max: 10 }) })
  .chain(({ nodeCount, instanceCount }) => {
    const nodes = names("node", nodeCount);
    const ids = names("i", instanceCount);
    return fc
      .record({
        nodes: fc.tuple(...nodes.map(nodeArbitrary)),
        instances: fc.tuple(...ids.map((id) => instanceArbitrary(id, ids, nodes))),
        pins: fc.dictionary(fc.constantFrom(...ids), fc.constantFrom(...nodes), { maxKeys: 2 }),
      })
      .map((parts) => aTopology(parts.nodes, parts.instances, parts.pins));
  });

let cases: { topology: Topology; plan: Plan }[];

beforeAll(async () => {
  const topologies = fc.sample(topologyArbitrary, { numRuns: 300, seed: 3 });
  cases = await Promise.all(topologies.map(async (topology) => ({ topology, plan: await place(topology) })));
}, 60_000);

const holds = (check: (topology: Topology, plan: Plan) => void) => {
  for (const { topology, plan } of cases) check(topology, plan);
};

/** What the first placements hold on a node, added up anew and from nothing but the plan and the topology. */
function held(topology: Topology, node: Node, placements: readonly Placement[]) {
  const here = placements.filter((placement) => placement.node === node.name);
  const tenants = {
    gpu: node.coTenants.reduce((sum, { gpuMemoryBytes }) => sum + gpuMemoryBytes, 0),
    ram: node.coTenants.reduce(
      (sum, tenant) => sum + tenant.ramBytes + (node.unifiedMemory ? tenant.gpuMemoryBytes : 0),
      0,
    ),
  };
  const residents = here.map(
    ({ instance }) => topology.scenario.instances.find(({ id }) => id === instance)!,
  );
  return {
    residents,
    ram: tenants.ram + here.reduce((sum, { takes }) => sum + takes.ramBytes, 0),
    gpu: tenants.gpu + here.reduce((sum, { takes }) => sum + takes.gpuMemoryBytes, 0),
    tenants,
  };
}

/** Whether a stated reason was true at its turn: written from the design, not from the filters. */
function isTrue(
  topology: Topology,
  plan: Plan,
  instance: Instance,
  turn: number,
  rejection: Rejection,
): boolean {
  const node = topology.cluster.nodes.find(({ name }) => name === rejection.node)!;
  const before = plan.placements.filter((placement) => placement.turn < turn);
  const now = held(topology, node, before);
  const usesGpu = instance.gpu === "required";
  const demand = instance.ramBytes + (usesGpu && node.unifiedMemory ? instance.gpuMemoryBytes : 0);
  const short = (needed: number, limit: number, taken: number, tenants: number) =>
    rejection.kind === "rule" ? tenants + needed > limit || needed > limit : taken + needed > limit;
  switch (rejection.token) {
    case "NodeGone":
      return topology.observed.nodes[node.name]?.gone === true;
    case "NodeNotHealthy":
      return node.status !== "HEALTHY";
    case "PinnedElsewhere":
      return topology.scenario.placement[instance.id] !== node.name;
    case "NoGpu":
      return instance.gpu === "required" && !node.gpu;
    case "InsufficientGpuMemory":
      return usesGpu && short(instance.gpuMemoryBytes, node.gpuMemoryBytes, now.gpu, now.tenants.gpu);
    case "AntiAffinity":
      return now.residents.some(
        ({ id, antiAffinity }) => instance.antiAffinity.includes(id) || antiAffinity.includes(instance.id),
      );
    case "NoFreeSlot":
      return now.residents.length >= node.maxInstances;
    case "InsufficientRam":
      return short(demand, node.ramBytes - node.reservedRamBytes, now.ram, now.tenants.ram);
    case "InsufficientHeadroom":
      return short(demand, 0.85 * node.ramBytes, now.ram, now.tenants.ram);
    case "NeededByOthers": {
      const fixed = before.map(({ instance, node, onGpu }) => [instance, { node, onGpu }] as const);
      const modes = [true, false].map(
        (onGpu) => new Map([...fixed, [instance.id, { node: node.name, onGpu }]]),
      );
      const all = topology.scenario.instances.map(({ id }) => id);
      return modes.every((choice) => !new BruteForce(topology).fits(all, choice));
    }
    case "MayNotMove":
    case "NoFreePort":
      return false;
  }
}

describe("every plan", () => {
  it("places or names every instance, once", () => {
    holds((topology, plan) => {
      const named = [...plan.placements, ...plan.unplaced].map(({ instance }) => instance);
      expect(named.sort()).toEqual(topology.scenario.instances.map(({ id }) => id).sort());
    });
  });

  it("says something about every node for every instance", () => {
    holds((topology, plan) => {
      for (const { node, others, rejections } of plan.placements) {
        const spoken = [node, ...[...others, ...rejections].map((other) => other.node)];
        expect(spoken.sort()).toEqual(topology.cluster.nodes.map(({ name }) => name).sort());
      }
      for (const { rejections } of plan.unplaced) {
        expect(rejections).toHaveLength(topology.cluster.nodes.length);
      }
    });
  });

  it("keeps every node inside its RAM, headroom, GPU memory and slots", () => {
    holds((topology, plan) => {
      for (const node of topology.cluster.nodes) {
        const final = held(topology, node, plan.placements);
        if (final.residents.length === 0) continue;
        expect(final.ram).toBeLessThanOrEqual(
          Math.min(0.85 * node.ramBytes, node.ramBytes - node.reservedRamBytes),
        );
        if (final.gpu > final.tenants.gpu) expect(final.gpu).toBeLessThanOrEqual(node.gpuMemoryBytes);
        expect(final.residents.length).toBeLessThanOrEqual(node.maxInstances);
      }
    });
  });

  it("obeys statuses, GPUs, pins and anti-affinity", () => {
    holds((topology, plan) => {
      for (const { instance, node: name } of plan.placements) {
        const node = topology.cluster.nodes.find((candidate) => candidate.name === name)!;
        const { gpu, antiAffinity } = topology.scenario.instances.find(({ id }) => id === instance)!;
        expect(node.status).toBe("HEALTHY");
        expect(gpu !== "required" || node.gpu).toBe(true);
        expect(topology.scenario.placement[instance] ?? name).toBe(name);
        for (const other of plan.placements) {
          if (other.node === name) expect(antiAffinity).not.toContain(other.instance);
        }
      }
    });
  });

  it("gives only true reasons", () => {
    holds((topology, plan) => {
      for (const { instance: id, turn, rejections } of [...plan.placements, ...plan.unplaced]) {
        const instance = topology.scenario.instances.find((candidate) => candidate.id === id)!;
        for (const rejection of rejections) {
          expect({ ...rejection, true: isTrue(topology, plan, instance, turn, rejection) }).toEqual({
            ...rejection,
            true: true,
          });
        }
      }
    });
  });

  it("leaves out only what every node still refuses at the end", () => {
    holds((topology, plan) => {
      const last = topology.scenario.instances.length + 1;
      for (const { instance: id, rejections } of plan.unplaced) {
        const instance = topology.scenario.instances.find((candidate) => candidate.id === id)!;
        for (const rejection of rejections) {
          expect(isTrue(topology, plan, instance, last, { ...rejection, kind: "full" })).toBe(true);
        }
      }
    });
  });

  it("does not depend on the order in the files", () => {
    return fc.assert(
      fc.asyncProperty(topologyArbitrary, fc.infiniteStream(fc.nat()), async (topology, keys) => {
        const shuffled = <Item>(items: readonly Item[]) =>
          items
            .map((item) => ({ item, key: keys.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ item }) => item);
        const { nodes } = topology.cluster;
        const { instances, placement } = topology.scenario;
        const again = await place(aTopology(shuffled(nodes), shuffled(instances), placement));
        expect(explain(again)).toBe(explain(await place(topology)));
      }),
      { numRuns: 50, seed: 3 },
    );
  });

  it("is explained in at most 100 columns", () => {
    holds((_, plan) => {
      const lines = explain(plan).split("\n");
      expect(lines.filter((line) => line.length > 100)).toEqual([]);
    });
  });
});
