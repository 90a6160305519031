/** The plans of the shipped stacks with pods, and the one that asks for more than its machine has. Policies judge them in test/policies. */
import { expect, test } from "vitest";
import { explain } from "../../../placement/explain";
import { place } from "../../../placement/place";
import { loadTopology } from "../../../topology/load-topology";
import { noObservations } from "../../../topology/observed";

const planOf = async (cluster: string, scenario: string) =>
  place(loadTopology({ cluster: `stacks/clusters/${cluster}.yaml`, scenario }, noObservations));

test.each([
  ["brain-node", "brain-node", 98.54],
  ["wrx80", "ray-gpu", 309.24],
  ["wrx80", "ray-separate", 420.91],
])("on %s the stack %s fits: %d GB are held", async (cluster, stack, gigabytes) => {
  const { unplaced, nodes } = await planOf(cluster, `stacks/scenarios/${stack}.yaml`);
  expect(unplaced).toEqual([]);
  const [node] = nodes;
  const held = (node!.placedBytes + node!.coTenantBytes) / 1e9;
  expect(Math.round(held * 100) / 100).toBe(gigabytes);
  expect(node!.placedBytes + node!.coTenantBytes).toBeLessThanOrEqual(node!.headroomLimitBytes);
});

test("eight workers of 64 GiB on 516 GB are refused, with what there is and what would help", async () => {
  const plan = await planOf("wrx80", "test/fixtures/disasters/ray-gpu.scenario.yaml");
  expect(plan.unplaced.map(({ instance }) => instance)).toEqual([
    "ray-gpu-gpu-workers-6",
    "ray-gpu-gpu-workers-7",
    "ray-gpu-head",
  ]);
  await expect(`${explain(plan)}\n`).toMatchFileSnapshot("../../golden/kubernetes/too-large.explain.txt");
});
