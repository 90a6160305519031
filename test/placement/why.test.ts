import { expect, it } from "vitest";
import { explainWhy } from "../../placement/explain-why";
import { why } from "../../placement/why";
import type { Node } from "../../topology/node";
import type { Topology } from "../../topology/topology";
import { aNode, anInstance, aTopology, gb } from "../support/topology";

const small = (fields: Partial<Node> = {}) =>
  aNode({ name: "small", ramBytes: gb(8), maxInstances: 1, ...fields });
const large = aNode({ name: "large", ramBytes: gb(64) });

const says = async (topology: Topology, instance: string, node: string) =>
  explainWhy(await why(topology, instance, node));

it("says how it came to be there", async () => {
  const topology = aTopology([small(), large], [anInstance({ id: "a", ramBytes: gb(3) })]);
  expect(await says(topology, "a", "small")).toBe("a is planned on small: 55 = ram 30 + load 20 + gpu 5");
});

it("a node that only lost is had by hand", async () => {
  const topology = aTopology([small(), large], [anInstance({ id: "a", ramBytes: gb(3) })]);
  expect(await says(topology, "a", "large")).toBe(
    `a is planned on small: 55 = ram 30 + load 20 + gpu 5
large would take it: 45 = ram 20 + load 20 + gpu 5

To have it there, in the scenario:  placement: {a: large}
Nothing else changes then.`,
  );
});

it("who has to move is named", async () => {
  const a = anInstance({ id: "a", ramBytes: gb(3), preferredNode: "small" });
  const b = anInstance({ id: "b", ramBytes: gb(3) });
  expect(await says(aTopology([small(), large], [a, b]), "b", "small")).toBe(
    `b is planned on large: 45 = ram 20 + load 20 + gpu 5
small does not take it:
- NoFreeSlot: max_instances is 1, taken by a

To have it there, in the scenario:  placement: {b: small}
All have a place then; a moves small → large.`,
  );
});

it("every reason is told, not the first alone", async () => {
  const a = anInstance({ id: "a", ramBytes: gb(12), gpu: "required" });
  const gpu = aNode({ name: "gpu", ramBytes: gb(64), gpu: true });
  expect(await says(aTopology([small({ status: "MAINTENANCE" }), gpu], [a]), "a", "small")).toBe(
    `a is planned on gpu: 55 = ram 20 + load 20 + gpu 15
small does not take it:
- NodeNotHealthy: status is maintenance: takes nothing new
- NoGpu: needs a GPU, has none
- InsufficientRam: needs 12 GB of RAM, has 7 GB even when empty
- InsufficientHeadroom: needs 12 GB of RAM outside the 15 % headroom, has 6.8 GB even when empty

No single change would bring it to small: each of these has to go.`,
  );
});

it("a change that would do was tried, and its own place by hand is not called one", async () => {
  const a = anInstance({ id: "a", ramBytes: gb(12) });
  expect(await says(aTopology([small(), large], [a], { a: "large" }), "a", "small")).toBe(
    `a is planned on large: 45 = ram 20 + load 20 + gpu 5, placed by hand
small does not take it:
- PinnedElsewhere: the scenario's placement says large
- InsufficientRam: needs 12 GB of RAM, has 7 GB even when empty
- InsufficientHeadroom: needs 12 GB of RAM outside the 15 % headroom, has 6.8 GB even when empty

To have it on small (placement: {a: small}) it takes one of these besides:
- a would fit with 6.8 GB of RAM, on small
- small misses least: 6.12 GB of RAM more would do`,
  );
});

it("an instance without any place can be asked about, too", async () => {
  const [a, b] = [anInstance({ id: "a", ramBytes: gb(3) }), anInstance({ id: "b", ramBytes: gb(3) })];
  const answer = await why(aTopology([small()], [a, b]), "b", "small");
  expect(explainWhy(answer)).toBe(
    `b is planned nowhere.
small does not take it:
- NoFreeSlot: max_instances is 1, taken by a

To have it on small (placement: {b: small}) it takes one of these besides:
- with max_instances 2 on small they would fit`,
  );
});
