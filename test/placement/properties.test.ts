import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { explain } from "../../placement/explain";
import { place } from "../../placement/place";
import type { Placement, Plan } from "../../placement/plan";
import { tokens } from "../../placement/token";
import type { Instance } from "../../topology/instance";
import type { Node } from "../../topology/node";
import { noObservations, type Observed, type ObservedNode } from "../../topology/observed";
import type { Topology } from "../../topology/topology";
import { aNode, anInstance, aTopology, gb } from "../support/topology";
import { deviceUse, Truth, tenantsOn } from "../support/truth";

// Says nothing about which node is best: the tables of place.test.ts and four-scenarios.test.ts do.

const size = (max: number) => fc.integer({ min: 1, max: max * 10 }).map((tenths) => tenths * 100_000_000);
const names = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

const nodeArbitrary = (name: string, hasShares: boolean): fc.Arbitrary<Node> =>
  fc
    .record({
      ramBytes: fc.oneof(size(32), fc.constantFrom(gb(8), gb(16))),
      gpu: fc.boolean(),
      unifiedMemory: fc.boolean(),
      gpuShare: fc.integer({ min: 0, max: 10 }),
      maxInstances: fc.integer({ min: 1, max: 4 }),
      status: fc.constantFrom("HEALTHY", "HEALTHY", "HEALTHY", "DEGRADED", "MAINTENANCE"),
      tenantBytes: fc.oneof(fc.constant(0), size(6)),
      shares: fc.record({
        gpus: fc.constantFrom(1, 1, 2, 3),
        gpuModel: fc.constantFrom(undefined, "A100", "V100"),
        cpuCores: fc.constantFrom(undefined, undefined, 2, 4),
      }),
    })
    .map(({ gpuShare, tenantBytes, shares: { gpus, ...shares }, ...fields }) =>
      aNode({
        ...fields,
        ...(hasShares && shares),
        name,
        gpus: fields.gpu ? (fields.unifiedMemory || !hasShares ? 1 : gpus) : 0,
        gpuMemoryBytes: fields.gpu ? Math.round((fields.ramBytes * gpuShare) / 10) : 0,
        coTenants: [{ name: "tenant", ramBytes: tenantBytes, gpuMemoryBytes: fields.gpu ? gb(0.5) : 0 }],
      } as Partial<Node>),
    );

const instanceArbitrary = (
  id: string,
  ids: string[],
  nodes: string[],
  hasShares: boolean,
): fc.Arbitrary<Instance> =>
  fc
    .record({
      ramBytes: fc.oneof(size(12), fc.constantFrom(gb(2), gb(4))),
      gpu: fc.constantFrom("required" as const, "preferred" as const, "none" as const),
      gpuMemoryBytes: fc.oneof(fc.constant(0), size(8)),
      preferredNode: fc.option(fc.constantFrom(...nodes), { nil: undefined }),
      network: fc.constantFrom("peers" as const, "isolated" as const, "isolated" as const),
      shares: fc.record({
        gpus: fc.constantFrom(0, 0, 0, 0.3, 0.6, 1, 1, 2),
        gpuModel: fc.constantFrom(undefined, undefined, undefined, "A100"),
        cpuCores: fc.constantFrom(0, 0, 0.5, 1.5, 3),
        slots: fc.constantFrom(1 as const, 1 as const, 1 as const, 0 as const),
      }),
      antiAffinity: fc.array(fc.constantFrom(...ids), { maxLength: 2 }),
      affinity: fc.array(fc.constantFrom(...ids), { maxLength: 3 }),
    })
    .map(({ shares, ...fields }) =>
      anInstance({
        ...fields,
        ...(hasShares && shares),
        ...(fields.gpu === "none" && { gpus: 0, gpuModel: undefined }),
        id,
        gpuMemoryBytes: fields.gpu === "none" ? 0 : fields.gpuMemoryBytes,
        antiAffinity: fields.antiAffinity.filter((other) => other !== id),
        affinity: fields.affinity.filter((other) => other !== id && !fields.antiAffinity.includes(other)),
      } as Partial<Instance>),
    );

const rarely = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 });

/** What is already so out there; half of the time nothing is. */
const observedArbitrary = (ids: string[], nodes: string[]): fc.Arbitrary<Observed> =>
  fc.oneof(
    fc.constant(noObservations),
    fc.record({
      previous: fc.dictionary(
        fc.constantFrom(...ids),
        fc.record({
          node: fc.constantFrom(...nodes, ...nodes, "sold"),
          port: rarely(fc.integer({ min: 9000, max: 9004 })),
        }),
      ) as fc.Arbitrary<Observed["previous"]>,
      others: fc
        .array(
          fc.record({
            node: fc.constantFrom(...nodes),
            ramBytes: size(4),
            port: rarely(fc.constantFrom(9000, 9001)),
          }),
          { maxLength: 2 },
        )
        .map((holdings) =>
          holdings.map(({ node, ramBytes, port }, index) => ({
            stack: "other",
            instance: `o${index}`,
            node,
            ramBytes,
            gpuMemoryBytes: 0,
            ...(port && index === 0 && { port }),
          })),
        ),
      nodes: fc.dictionary(
        fc.constantFrom(...nodes),
        fc.constantFrom<ObservedNode>(
          { status: "HEALTHY" },
          { status: "DEGRADED" },
          { status: "UNAVAILABLE" },
          { gone: true },
        ),
      ),
    }),
  );

const topologyArbitrary: fc.Arbitrary<Topology> = fc
  .record({
    nodeCount: fc.integer({ min: 1, max: 5 }),
    instanceCount: fc.integer({ min: 1, max: 8 }),
    hasShares: fc.constantFrom(true, false, false),
  })
  .chain(({ nodeCount, instanceCount, hasShares }) => {
    const nodes = names("node", nodeCount);
    const ids = names("i", instanceCount);
    return fc
      .record({
        nodes: fc.tuple(...nodes.map((name) => nodeArbitrary(name, hasShares))),
        instances: fc.tuple(...ids.map((id) => instanceArbitrary(id, ids, nodes, hasShares))),
        pins: fc.dictionary(fc.constantFrom(...ids), fc.constantFrom(...nodes), { maxKeys: 2 }),
        observed: observedArbitrary(ids, nodes),
        lastPort: fc.constantFrom(9002, 9100, 9100),
        failover: fc.boolean(),
        allowMoves: fc.constantFrom(true, true, false),
        rebalance: fc.constantFrom(false, false, false, true),
      })
      .map(({ nodes, instances, pins, observed, lastPort, failover, ...wishes }) => {
        const { cluster, scenario } = aTopology(nodes, instances, pins);
        return {
          cluster: {
            ...cluster,
            peerPorts: { start: 9000, end: lastPort },
            failover: { enabled: failover, autoRestart: true, leaseSeconds: 60 },
          },
          scenario: { ...scenario, ...wishes },
          observed,
        };
      });
  });

const kubernetesNode = "k";
const reaches: Partial<Node>[] = [
  {},
  { kubernetesNode },
  { kubernetesNode, connection: undefined, remoteWorkDir: undefined },
];

/** Some nodes are Kubernetes' or have a co-tenant with a GPU of its own, and some instances are pods. */
const withPods = ({ cluster, scenario, observed }: Topology, draws: readonly number[]): Topology => {
  const nodes = cluster.nodes.map((node, at): Node => {
    const [tenant] = node.coTenants;
    const own = node.gpu && draws[at]! % 4 === 0 && { coTenants: [{ ...tenant!, gpus: 1 }] };
    return { ...node, ...reaches[draws[at]! % 3], ...own };
  });
  const instances = scenario.instances.map((instance, at): Instance => {
    const draw = draws[8 + at]!;
    const bound = draw % 5 === 0 && { boundTo: nodes[draw % nodes.length]!.name };
    return {
      ...instance,
      ...(draw % 2 === 0 && { launcher: "kuberay", network: "isolated" as const, ...bound }),
    };
  });
  return { cluster: { ...cluster, nodes }, scenario: { ...scenario, instances }, observed };
};

const podsArbitrary = fc
  .tuple(topologyArbitrary, fc.array(fc.nat(999), { minLength: 16, maxLength: 16 }))
  .map(([topology, draws]) => withPods(topology, draws));

let cases: { topology: Topology; plan: Plan }[];

beforeAll(async () => {
  const balanced = fc.sample(topologyArbitrary, { numRuns: 400, seed: 5 });
  const packed = balanced.slice(0, 150).map((topology) => ({
    ...topology,
    scenario: { ...topology.scenario, strategy: "pack" as const },
  }));
  const pods = fc.sample(podsArbitrary, { numRuns: 100, seed: 7 });
  const topologies = [...balanced, ...packed, ...pods];
  cases = await Promise.all(topologies.map(async (topology) => ({ topology, plan: await place(topology) })));
}, 240_000);

const holds = (check: (topology: Topology, plan: Plan) => void) => {
  for (const { topology, plan } of cases) check(topology, plan);
};

/** What the placements hold on a node, added up anew and from nothing but the plan and the topology. */
function held({ observed, scenario }: Topology, node: Node, placements: readonly Placement[]) {
  const here = placements.filter((placement) => placement.node === node.name);
  const others = observed.others.filter((holding) => holding.node === node.name);
  const { gpuTenants, tenants, owners } = tenantsOn(node);
  const all = [...others, ...here.map(({ takes }) => takes)];
  return {
    residents: here.map(({ instance }) => scenario.instances.find(({ id }) => id === instance)!),
    slots: all.reduce((sum, { slots = 1 }) => sum + slots, 0),
    cores: all.reduce((sum, { cpuCores = 0 }) => sum + cpuCores, 0),
    devices: deviceUse(node, [
      ...owners,
      ...others.map((held) => ({ ...held, devices: held.gpuDevices })),
      ...here.map(({ instance, takes, gpuDevices, onGpu }) => ({
        gpuMemoryBytes: takes.gpuMemoryBytes,
        gpus: scenario.instances.find(({ id }) => id === instance)!.gpus,
        devices: onGpu ? (gpuDevices ?? [0]) : [],
      })),
    ]),
    tenantsOnGpu: gpuTenants,
    ram: tenants + all.reduce((sum, { ramBytes }) => sum + ramBytes, 0),
    ownGpu: here.reduce((sum, { takes }) => sum + takes.gpuMemoryBytes, 0),
  };
}

/** A size of a reason, as bytes. */
function bytes(shown: string | undefined): number {
  return Number(/^(-?[\d.]+) GB$/.exec(shown ?? "")?.[1]) * 1e9;
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

  it("keeps every node inside its RAM, headroom, GPUs, their memory, cores and slots", () => {
    holds((topology, plan) => {
      for (const node of topology.cluster.nodes) {
        const final = held(topology, node, plan.placements);
        if (final.residents.length === 0) continue;
        expect(final.ram).toBeLessThanOrEqual(
          Math.min(0.85 * node.ramBytes, node.ramBytes - node.reservedRamBytes),
        );
        for (const { milli, bytes } of final.devices) {
          expect(milli).toBeLessThanOrEqual(1000);
          if (final.ownGpu > 0) expect(bytes + final.tenantsOnGpu).toBeLessThanOrEqual(node.gpuMemoryBytes);
        }
        if (final.residents.some(({ cpuCores }) => cpuCores > 0))
          expect(final.cores).toBeLessThanOrEqual(node.cpuCores ?? Number.POSITIVE_INFINITY);
        if (final.residents.some(({ slots }) => slots > 0))
          expect(final.slots).toBeLessThanOrEqual(node.maxInstances);
      }
    });
  });

  it("obeys GPUs, pins and anti-affinity, gives each port once, and nothing to nodes out of service", () => {
    holds((topology, plan) => {
      const truth = new Truth(topology, plan);
      const ports = [...plan.placements, ...topology.observed.others].flatMap(({ port }) => port ?? []);
      expect(new Set(ports).size).toBe(ports.length);
      for (const { instance, turn, node: name, port } of plan.placements) {
        const node = topology.cluster.nodes.find((candidate) => candidate.name === name)!;
        const { gpu, antiAffinity, network } = topology.scenario.instances.find(({ id }) => id === instance)!;
        expect(truth.reason(instance, turn, name)).toBe(undefined);
        expect(gpu !== "required" || node.gpu).toBe(true);
        expect(topology.scenario.placement[instance] ?? name).toBe(name);
        expect(port !== undefined).toBe(network === "peers");
        for (const other of plan.placements) {
          if (other.node === name) expect(antiAffinity).not.toContain(other.instance);
        }
      }
    });
  });

  it("gives only true reasons, each the first that holds", () => {
    const seen = new Map<string, number>();
    holds((topology, plan) => {
      const truth = new Truth(topology, plan);
      for (const decided of [...plan.placements, ...plan.unplaced]) {
        for (const rejection of decided.rejections) {
          const { token, kind, need, have, node } = rejection;
          seen.set(token, (seen.get(token) ?? 0) + 1);
          if (token === "NeededByOthers") {
            expect({ ...rejection, true: truth.wouldHarm(decided as Placement, rejection) }).toEqual({
              ...rejection,
              true: true,
            });
            continue;
          }
          const reason = truth.reason(decided.instance, decided.turn, node);
          expect({ ...rejection, token: reason?.token, kind: reason?.kind }).toEqual({
            ...rejection,
            token,
            kind,
          });
          if (reason?.need === undefined) continue;
          expect(Math.abs(reason.need - bytes(need))).toBeLessThanOrEqual(1e7);
          expect(Math.abs(reason.have! - bytes(have))).toBeLessThanOrEqual(1e7);
        }
      }
    });
    expect([...seen.keys()].sort()).toEqual(Object.keys(tokens).sort());
  });

  it("calls possible only what is, and says why something better was not taken", () => {
    const seen = new Map<string, number>();
    holds((topology, plan) => {
      const truth = new Truth(topology, plan);
      for (const placement of plan.placements) {
        for (const { node, score, decidedBy } of placement.others) {
          expect(truth.reason(placement.instance, placement.turn, node)).toBe(undefined);
          seen.set(decidedBy ?? "", (seen.get(decidedBy ?? "") ?? 0) + 1);
          expect(decidedBy === "stays").toBe(placement.stays && score >= placement.score);
          if (score >= placement.score) expect(decidedBy).not.toBe(undefined);
          if (decidedBy === "all together") expect(truth.isOutweighed(placement, node)).toBe(true);
        }
      }
    });
    expect([...seen.keys()]).toEqual(
      expect.arrayContaining(["all together", "packed", "preferred node", "stays"]),
    );
  });

  it("leaves out only what every node still refuses at the end", () => {
    holds((topology, plan) => {
      const truth = new Truth(topology, plan);
      const last = topology.scenario.instances.length + 1;
      for (const { instance, rejections } of plan.unplaced) {
        for (const { node } of rejections) expect(truth.reason(instance, last, node)).not.toBe(undefined);
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
        const { instances } = topology.scenario;
        const again = await place({
          cluster: { ...topology.cluster, nodes: shuffled(nodes) },
          scenario: { ...topology.scenario, instances: shuffled(instances) },
          observed: topology.observed,
        });
        expect(explain(again)).toBe(explain(await place(topology)));
      }),
      { numRuns: 50, seed: 3 },
    );
  }, 120_000);

  it("is explained in at most 100 columns", () => {
    holds((_, plan) => {
      const lines = explain(plan).split("\n");
      expect(lines.filter((line) => line.length > 100)).toEqual([]);
    });
  });
});
