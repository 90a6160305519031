import { describe, expect, it } from "vitest";
import { explain } from "../../placement/explain";
import { place } from "../../placement/place";
import { toJson } from "../../placement/to-json";
import type { Instance } from "../../topology/instance";
import type { Node } from "../../topology/node";
import type { Observed, PreviousPlacement } from "../../topology/observed";
import type { Scenario } from "../../topology/scenario";
import type { Topology } from "../../topology/topology";
import { aNode, anInstance, aTopology, gb } from "../support/topology";

interface Given {
  nodes?: Partial<Node>[];
  instances: Partial<Instance>[];
  previous?: Record<string, PreviousPlacement>;
  observed?: Partial<Observed>;
  scenario?: Partial<Scenario>;
  failover?: boolean;
}

const big = { name: "big", ramBytes: gb(16) };
const small = { name: "small", ramBytes: gb(8) };

function given({
  nodes = [big, small],
  instances,
  previous = {},
  observed,
  scenario,
  failover = true,
}: Given): Topology {
  const topology = aTopology(nodes.map(aNode), instances.map(anInstance));
  return {
    cluster: { ...topology.cluster, failover: { enabled: failover, autoRestart: true, leaseSeconds: 60 } },
    scenario: { ...topology.scenario, ...scenario },
    observed: { ...topology.observed, ...observed, previous },
  };
}

/** `instance node` for each, and why where it moved. */
async function decide(parts: Given): Promise<string[]> {
  const { placements, unplaced } = await place(given(parts));
  return [
    ...placements.map(({ instance, node, stays, was, why }) =>
      [instance, was && `${was} →`, node, stays && "stays", why && `because ${why}`]
        .filter(Boolean)
        .join(" "),
    ),
    ...unplaced.map(({ instance }) => `${instance} nowhere`),
  ];
}

const held = { stack: "other", instance: "o", node: "small", ramBytes: gb(0.1), gpuMemoryBytes: 0 };

describe("what runs stays", () => {
  const a = { id: "a", ramBytes: gb(2) };
  const onBig = { a: { node: "big", hints: "none|||" } };

  it.each<[string, Given, string[]]>([
    [
      "where a tie or a better score speaks for another node",
      { instances: [a], previous: onBig },
      ["a big stays"],
    ],
    ["not on a first run", { instances: [a] }, ["a small"]],
    ["not under another name", { instances: [{ ...a, id: "b" }], previous: onBig }, ["b small"]],
    [
      "on a degraded node, which takes nothing new",
      { nodes: [{ ...big, status: "DEGRADED" }, small], instances: [a, { id: "b" }], previous: onBig },
      ["a big stays", "b small"],
    ],
    [
      "not on a node in maintenance",
      { nodes: [{ ...big, status: "MAINTENANCE" }, small], instances: [a], previous: onBig },
      ["a big → small because big's status is maintenance: gives up what it has"],
    ],
    [
      "not on a node that the facts call unavailable",
      {
        instances: [a],
        previous: onBig,
        observed: { nodes: { big: { status: "UNAVAILABLE", reason: "no route to host" } } },
      },
      ["a big → small because big's status is unavailable (no route to host): gives up what it has"],
    ],
    [
      "on an unavailable node without failover",
      {
        instances: [a],
        previous: onBig,
        observed: { nodes: { big: { status: "UNAVAILABLE" } } },
        failover: false,
      },
      ["a big stays"],
    ],
    [
      "not on a node that was given up, whatever else is said of it",
      {
        instances: [a],
        previous: onBig,
        observed: { nodes: { big: { gone: true, status: "HEALTHY" } } },
        failover: false,
      },
      ["a big → small because big is gone"],
    ],
    [
      "not on a node that is no longer in the cluster",
      { instances: [a], previous: { a: { node: "sold" } } },
      ["a sold → small because sold is no longer in the cluster"],
    ],
    [
      "not when its own wishes changed",
      { instances: [{ ...a, preferredNode: "small" }], previous: onBig },
      ["a big → small because its own wishes changed"],
    ],
    [
      "when older state does not know its wishes",
      { instances: [{ ...a, preferredNode: "small" }], previous: { a: { node: "big" } } },
      ["a big stays"],
    ],
    [
      "not where it no longer fits",
      { instances: [{ ...a, ramBytes: gb(9) }], previous: { a: { node: "small" } } },
      ["a small → big because it no longer fits small: needs 9 GB of RAM, has 7 GB even when empty"],
    ],
    [
      "not when it is placed by hand",
      { instances: [a], previous: onBig, scenario: { placement: { a: "small" } } },
      ["a big → small because the scenario's placement says small"],
    ],
    [
      "not with rebalance",
      { instances: [a], previous: onBig, scenario: { rebalance: true } },
      ["a big → small because the scenario says rebalance"],
    ],
    [
      "unless a newcomer fits only when somebody moves, and then only one does",
      {
        instances: [a, { ...a, id: "b" }, { id: "c", ramBytes: gb(10) }],
        previous: { ...onBig, b: { node: "big" } },
      },
      ["a big → small because it makes room for c", "b big stays", "c big"],
    ],
    [
      "when nothing may move, and the newcomer finds no place",
      {
        instances: [
          { ...a, ramBytes: gb(6) },
          { id: "c", ramBytes: gb(10) },
        ],
        previous: onBig,
        scenario: { allowMoves: false },
      },
      ["a big stays", "c nowhere"],
    ],
  ])("%s", async (_, parts, expected) => {
    expect(await decide(parts)).toEqual(expected);
  });

  it("names the move that would have helped where none is allowed", async () => {
    const instances = [
      { ...a, ramBytes: gb(6) },
      { id: "c", ramBytes: gb(10) },
    ];
    const plan = await place(given({ instances, previous: onBig, scenario: { allowMoves: false } }));
    expect(plan.conflict?.help).toContain("allow_moves: true would do: a moves big → small");
  });

  it("in a group that grows or shrinks, though its members name each other", async () => {
    const spread = (count: number) => {
      const ids = Array.from({ length: count }, (_, ordinal) => `w-${ordinal}`);
      return ids.map((id) => ({ id, antiAffinity: ids.filter((other) => other !== id) }));
    };
    const nodes = ["n1", "n2", "n3", "n4"].map((name) => ({ name }));
    const before = await place(given({ nodes, instances: spread(3) }));
    const previous = Object.fromEntries(
      before.placements.map(({ instance, node, hints }) => [
        instance,
        { node: node === "n1" ? "n4" : node, hints },
      ]),
    );
    expect(previous["w-1"]!.hints).toBe("none|||w-0,w-2");
    expect(await decide({ nodes, instances: spread(4), previous })).toEqual([
      "w-0 n4 stays",
      "w-1 n2 stays",
      "w-2 n3 stays",
      "w-3 n1",
    ]);
    expect(await decide({ nodes, instances: spread(1), previous })).toEqual(["w-0 n4 stays"]);
  });
});

describe("who uses the GPU", () => {
  const station = { name: "station", ramBytes: gb(32), gpu: true, gpuMemoryBytes: gb(8) };
  const wanting = (id: string) => ({ id, gpu: "preferred" as const, gpuMemoryBytes: gb(6) });
  const was = (onGpu: boolean) => ({ node: "station", hints: "preferred|||", onGpu });

  it("stays on it, or off it, as long as it stays", async () => {
    const previous = { a: was(false), b: was(true) };
    const both = await place(given({ nodes: [station], instances: ["a", "b"].map(wanting), previous }));
    expect(both.placements.map(({ instance, onGpu }) => [instance, onGpu])).toEqual([
      ["a", false],
      ["b", true],
    ]);
    const alone = await place(given({ nodes: [station], instances: [wanting("a")], previous }));
    expect(alone.placements).toMatchObject([{ stays: true, onGpu: false }]);
    expect(alone.placements[0]).not.toHaveProperty("wasOnGpu");
  });

  it("stays off it also where all placements are searched", async () => {
    const instances = [
      { ...wanting("a"), ramBytes: gb(20) },
      { id: "b", ramBytes: gb(3) },
      { id: "c", ramBytes: gb(6) },
    ];
    const nodes = [
      station,
      { ...small, maxInstances: 1 },
      { name: "tiny", ramBytes: gb(4), maxInstances: 1 },
    ];
    const previous = { a: was(false), b: { node: "small" } };
    const plan = await place(
      given({ nodes: nodes.map((one) => ({ ...one, maxInstances: 1 })), instances, previous }),
    );
    expect(plan.method).toBe("exact");
    expect(plan.placements[0]).toMatchObject({ instance: "a", stays: true, onGpu: false });
  });

  it("gives it up for one that needs it, and is told so", async () => {
    const needing = { id: "n", gpu: "required" as const, gpuMemoryBytes: gb(6) };
    const plan = await place(
      given({ nodes: [station], instances: [wanting("a"), needing], previous: { a: was(true) } }),
    );
    expect(plan.placements[0]).toMatchObject({ instance: "a", stays: true, onGpu: false, wasOnGpu: true });
    expect(explain(plan)).toContain("\na: stays, GPU → CPU\n");
    expect(explain(plan)).not.toContain("stays: a");
  });
});

describe("a reason", () => {
  it("of a move is no newcomer where those that ran do not fit together any more", async () => {
    const instances = [
      { id: "a", ramBytes: gb(10) },
      { id: "b", ramBytes: gb(4) },
      { id: "c", ramBytes: gb(1) },
    ];
    expect(await decide({ instances, previous: { a: { node: "big" }, b: { node: "big" } } })).toEqual([
      "a big stays",
      "b big → small because big no longer has room for all that ran there",
      "c small",
    ]);
  });

  it("names other stacks' instances in the same order, however they were read", async () => {
    const others = ["x/1", "y/1", "y/2"].map((name) => {
      const [stack = "", instance = ""] = name.split("/");
      return { stack, instance, node: "small", ramBytes: gb(2), gpuMemoryBytes: 0 };
    });
    const texts = [others, [...others].reverse()].map(async (others) =>
      explain(await place(given({ instances: [{ id: "a", ramBytes: gb(2) }], observed: { others } }))),
    );
    expect(await texts[1]).toBe(await texts[0]);
  });
});

describe("what would help", () => {
  it("against want of ports is a longer range", async () => {
    const topology = given({
      instances: ["a", "b", "c"].map((id) => ({ id, network: "peers" as const })),
      observed: { others: [9001, 9003].map((port) => ({ ...held, instance: `o${port}`, port })) },
    });
    const { cluster } = topology;
    const plan = await place({ ...topology, cluster: { ...cluster, peerPorts: { start: 9000, end: 9002 } } });
    expect(plan.conflict).toEqual({
      proven: true,
      claim: "smallest",
      instances: ["c"],
      text: "Impossible, proven: no port is left for c.",
      help: ["with a peer_port_range that ends at 9004 each would have a port"],
    });
  });

  it("against co-tenants that leave nothing counts them whole", async () => {
    const coTenants = [{ name: "desktop", ramBytes: gb(8), gpuMemoryBytes: 0 }];
    const node = { ...small, memoryHeadroom: { require: 0, advise: 0 }, coTenants };
    const plan = await place(given({ nodes: [node], instances: [{ id: "a", ramBytes: gb(2) }] }));
    expect(plan.conflict!.help).toEqual(["small misses least: 3 GB of RAM more would do"]);
  });

  it("is asked of every one of many nodes, as nothing is tried that is so already", async () => {
    const memoryHeadroom = { require: 0, advise: 0 };
    const nodes = Array.from({ length: 50 }, (_, at) => ({
      name: `n${at}`,
      ramBytes: gb(2),
      memoryHeadroom,
    }));
    const last = { name: "z", ramBytes: gb(16), memoryHeadroom, maxInstances: 1 };
    const instances = ["a", "b"].map((id) => ({ id, ramBytes: gb(4) }));
    const plan = await place(given({ nodes: [...nodes, last], instances }));
    expect(plan.conflict!.help).toContain("with max_instances 2 on z they would fit");
  });
});

describe("a node that is gone", () => {
  const instances = [{ id: "a", ramBytes: gb(12) }];

  it("takes nothing, and the reason names the way back", async () => {
    const nodes = [{ ...big, status: "MAINTENANCE" as const }, small];
    const plan = await place(given({ nodes, instances, observed: { nodes: { big: { gone: true } } } }));
    expect(plan.unplaced[0]!.rejections).toEqual([
      {
        node: "big",
        token: "NodeGone",
        kind: "rule",
        need: "there",
        have: "gone",
        text: "is gone; once it answers again:  ./berth back big",
      },
      expect.objectContaining({ node: "small", token: "InsufficientRam" }),
    ]);
    expect(plan.conflict!.help).toContain("with big back (./berth back big) and healthy they would fit");
  });
});

describe("ports", () => {
  it("stay where they are free, and avoid those of other stacks on any node", async () => {
    const peers = ["a", "b", "c"].map((id) => ({ id, network: "peers" as const }));
    const others = [9000, 9003].map((port, index) => ({
      stack: "hive",
      instance: `o${index}`,
      node: "big",
      ramBytes: gb(1),
      gpuMemoryBytes: 0,
      port,
    }));
    const previous = { b: { node: "small", port: 9002 }, c: { node: "small", port: 9003 } };
    const { placements } = await place(given({ instances: peers, previous, observed: { others } }));
    expect(placements.map(({ instance, port }) => `${instance} ${port}`)).toEqual([
      "a 9001",
      "b 9002",
      "c 9004",
    ]);
  });
});

describe("the explanation", () => {
  const hive = { stack: "hive", instance: "critic", node: "big", ramBytes: gb(6), gpuMemoryBytes: 0 };
  const two = [
    { id: "historian", ramBytes: gb(4) },
    { id: "judge", ramBytes: gb(2) },
  ];
  const onBig = { historian: { node: "big" }, judge: { node: "big" } };

  it.each<[string, Given]>([
    ["move", { instances: [...two, { id: "newcomer", ramBytes: gb(9) }], previous: onBig }],
    [
      "drain",
      {
        nodes: [{ ...big, status: "MAINTENANCE" }, small, { name: "spare" }],
        instances: two,
        previous: { ...onBig, judge: { node: "small" } },
        observed: {
          facts: { ageSeconds: 340 },
          nodes: {
            small: {
              status: "DEGRADED",
              reason: "93 % of its memory is used",
              memoryAvailableBytes: gb(0.56),
              heldBytes: gb(2),
            },
            spare: { status: "HEALTHY", memoryAvailableBytes: gb(14), heldBytes: 0 },
          },
        },
      },
    ],
    [
      "conflict",
      {
        nodes: [{ ...big, maxInstances: 1 }, small],
        instances: [
          { id: "alpha", ramBytes: gb(4), antiAffinity: ["beta", "gamma"] },
          { id: "beta", ramBytes: gb(2), antiAffinity: ["gamma"] },
          { id: "gamma" },
          { id: "delta" },
        ],
      },
    ],
    [
      "proof",
      {
        instances: [
          { id: "trainer", ramBytes: gb(9) },
          { id: "judge", ramBytes: gb(8) },
          { id: "writer", ramBytes: gb(3) },
        ],
      },
    ],
    [
      "other-stacks",
      {
        instances: [{ id: "trainer", ramBytes: gb(9) }, ...two.slice(1)],
        observed: { others: [hive] },
        nodes: [big, { ...small, ramBytes: gb(12) }],
      },
    ],
  ])("of a %s", async (name, parts) => {
    const plan = await place(given(parts));
    const text = explain(plan);
    expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
    await expect(text).toMatchFileSnapshot(`../golden/${name}.explain.txt`);
    expect(toJson(plan)).toMatchObject({ version: 1, method: plan.method, nodes: plan.nodes });
  });
});
