import { describe, expect, it } from "vitest";
import { explain } from "../../placement/explain";
import { place } from "../../placement/place";
import { loadTopology } from "../../topology/load-topology";
import { aNode, anInstance, aTopology, gb } from "../support/topology";

const four = ["split-brain", "hive-cluster", "panopticon", "prisoners-dilemma"];
const fixtures = ["hive-without-hint", "too-large"];

describe("the explanation", () => {
  it.each([
    ...four.map((scenario) => ["stacks", scenario]),
    ...fixtures.map((scenario) => ["test/fixtures", scenario]),
  ])("of %s %s", async (folder, name) => {
    const scenario = `${folder}/scenarios/${name}.yaml`;
    const plan = await place(loadTopology({ cluster: "stacks/clusters/brain-in-jar.yaml", scenario }));
    await expect(explain(plan)).toMatchFileSnapshot(`../golden/${name}.explain.txt`);
  });

  it("of many nodes", async () => {
    const nodes = Array.from({ length: 14 }, (_, index) =>
      aNode({
        name: `n${index}`,
        ramBytes: gb(2 + index),
        maxInstances: 1,
        gpu: index === 13,
        gpuMemoryBytes: 0,
      }),
    );
    const instances = ["a", "b", "c"].map((id, index) => anInstance({ id, ramBytes: gb(5 + index) }));
    const left = ["x", "y", "z"].map((id) => anInstance({ id, ramBytes: gb(50) }));
    const plan = await place(aTopology(nodes, [...instances, ...left]));
    await expect(explain(plan)).toMatchFileSnapshot("../golden/many-nodes.explain.txt");
  });

  it("of everything at once", async () => {
    const tenant = { name: "database", ramBytes: gb(6), gpuMemoryBytes: gb(4) };
    const nodes = [
      aNode({
        name: "workstation",
        ramBytes: gb(32),
        gpu: true,
        gpuMemoryBytes: gb(24),
        coTenants: [tenant],
        maxInstances: 3,
      }),
      aNode({
        name: "spark",
        ramBytes: gb(128),
        unifiedMemory: true,
        gpu: true,
        gpuMemoryBytes: gb(128),
        maxInstances: 2,
      }),
      aNode({ name: "a-node-whose-name-is-longer-than-its-column", ramBytes: gb(8), maxInstances: 1 }),
      aNode({ name: "shelf", status: "MAINTENANCE" }),
      ...["pi1", "pi2", "pi3", "pi4"].map((name) => aNode({ name, ramBytes: gb(4), maxInstances: 2 })),
    ];
    const instances = [
      anInstance({ id: "trainer", ramBytes: gb(10), gpu: "required", gpuMemoryBytes: gb(20) }),
      anInstance({
        id: "judge",
        ramBytes: gb(4),
        gpu: "preferred",
        gpuMemoryBytes: gb(90),
        affinity: ["trainer"],
      }),
      anInstance({ id: "giant", ramBytes: gb(120) }),
      anInstance({ id: "tight", ramBytes: gb(6.5), network: "peers" }),
      anInstance({ id: "rival", ramBytes: gb(3), antiAffinity: ["trainer", "judge"] }),
      ...["w-0", "w-1", "w-2"].map((id) => anInstance({ id, ramBytes: gb(2), network: "peers" })),
    ];
    const pins = { tight: "a-node-whose-name-is-longer-than-its-column" };
    await expect(explain(await place(aTopology(nodes, instances, pins)))).toMatchFileSnapshot(
      "../golden/everything.explain.txt",
    );
  });
});
