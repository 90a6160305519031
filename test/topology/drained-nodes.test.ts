import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { place } from "../../placement/place";
import { withDrainedNodes } from "../../topology/drained-nodes";
import { aNode, anInstance, aTopology } from "../support/topology";

const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("a drained node gives up what it has, with the reason and what ends it; nobody's folder drains nobody", async () => {
  const nodes = [aNode({ name: "one" }), aNode({ name: "two" })];
  const topology = aTopology(nodes, [anInstance({ id: "a" })]);
  const observed = { ...topology.observed, previous: { a: { node: "one" } } };
  const running = { ...topology, observed };
  expect(withDrainedNodes(running, folder)).toEqual(running);

  mkdirSync(join(folder, "cluster"));
  writeFileSync(join(folder, "cluster", "one"), "new SD card\n");
  const { placements } = await place(withDrainedNodes(running, folder));
  expect(placements.map(({ node, was, why }) => ({ node, was, why }))).toEqual([
    {
      node: "two",
      was: "one",
      why: "one's status is maintenance (drained: new SD card; ./berth undrain one takes it back): gives up what it has",
    },
  ]);

  writeFileSync(join(folder, "cluster", "one"), "\n");
  expect(withDrainedNodes(running, folder).observed.nodes.one).toEqual({
    status: "MAINTENANCE",
    reason: "drained; ./berth undrain one takes it back",
  });
});
