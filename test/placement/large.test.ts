// Plans with more instances than brute force could check.
import { expect, test, vi } from "vitest";
import { explain } from "../../placement/explain";
import { place } from "../../placement/place";
import { planted } from "../support/planted";
import { aNode, anInstance, aTopology, gb } from "../support/topology";
import { Truth } from "../support/truth";

// Greedily, the small ones spread over the slots of the large nodes, and the small nodes' memory goes to the large ones.
const nodes = Array.from({ length: 60 }, (_, index) =>
  aNode({ name: `n${index}`, ramBytes: gb(index % 2 === 0 ? 16 : 64), maxInstances: 4 }),
);
const many = Array.from({ length: 236 }, (_, index) =>
  anInstance({ id: `i${index}`, ramBytes: gb(1 + (index % 6)) }),
);

vi.setConfig({ testTimeout: 120_000 });
const placed = place(aTopology(nodes, many));

test("are rearranged until all fit, and the gap is said", async () => {
  const plan = await placed;
  expect(plan.unplaced).toEqual([]);
  expect(plan.method === "exact" || plan.gap!.scorePercent < 2).toBe(true);
});

test("have true reasons, and say why something better was passed over", async () => {
  const topology = aTopology(nodes, many);
  const plan = await place(topology);
  const truth = new Truth(topology, plan);
  const passedOver: string[] = [];
  for (const { instance, turn, score, others, rejections } of plan.placements) {
    // What is needed by others is proven by the solver: nobody else can at this size.
    for (const { node, token, kind } of rejections.filter(({ token }) => token !== "NeededByOthers"))
      expect({ node, ...truth.reason(instance, turn, node) }).toMatchObject({ node, token, kind });
    for (const other of others) {
      expect(truth.reason(instance, turn, other.node)).toBe(undefined);
      if (other.score >= score) expect({ instance, ...other }.decidedBy).not.toBe(undefined);
      if (other.decidedBy === "made room") passedOver.push(instance);
    }
  }
  expect(passedOver).not.toEqual([]);
  const text = explain(plan).replace(/\n {2,}/g, " ");
  expect(text).toContain("; passed over to make room for all, not proven to be needed");
});

test("end in time at 1,000 instances on 100 nodes that one-by-one decisions do not fill", async () => {
  const plan = await place(planted({ seed: 1, nodes: 100, instances: 1000, fill: 0.97 }));
  expect(plan.unplaced).toEqual([]);
  expect(plan.method).toBe("repaired");
});

test("are proven to be impossible by adding up", async () => {
  const twice = many.map((one) => ({ ...one, id: `${one.id}-b` }));
  const { conflict } = await place(aTopology(nodes, [...many, ...twice]));
  expect(conflict).toMatchObject({ proven: true, claim: "some" });
  expect(conflict!.text).toContain(
    "they are so large that the 60 nodes they could run on have room for only 210 of them.",
  );
  expect(conflict!.instances).toHaveLength(211);
});

test("name the one that fits nowhere", async () => {
  const plan = await place(aTopology(nodes, [...many, anInstance({ id: "giant", ramBytes: gb(80) })]));
  expect(plan.conflict).toEqual({
    proven: true,
    claim: "smallest",
    instances: ["giant"],
    text: "Impossible, proven: no node can take giant, even alone.",
    help: ["giant would fit with 54.4 GB of RAM, on n1", "n1 misses least: 30.12 GB of RAM more would do"],
  });
});
