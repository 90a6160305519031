/** What a preview says of machines that are left without being asked. That deletes then fail, or are kept, is proved in test/integration. */
import { expect, test } from "vitest";
import { farewells } from "../../components/farewells";
import { place } from "../../placement/place";
import type { Node } from "../../topology/node";
import type { ObservedNode } from "../../topology/observed";
import { aNode, anInstance, aTopology } from "../support/topology";

async function said(rpi1: Partial<Node>, observed: ObservedNode | undefined, was = "rpi1") {
  const topology = aTopology(
    [aNode({ name: "rpi1", ...rpi1 }), aNode({ name: "rpi2" })],
    [anInstance({ id: "a" }), anInstance({ id: "b" })],
  );
  topology.observed = {
    previous: { b: { node: was }, a: { node: was }, removed: { node: was } },
    others: [],
    nodes: observed ? { rpi1: observed } : {},
  };
  return farewells(topology, await place(topology), "hive");
}

test("who leaves a machine that was given up may run on there", async () => {
  expect(await said({}, { gone: true })).toEqual([
    "rpi1 was given up: a, b, removed may run on there, beside any new place, until  ./berth back rpi1 hive  ends it",
  ]);
});
test("leaving a machine that does not answer fails: what to type is said before", async () => {
  const sentence =
    "rpi1 does not answer: the update will fail when it ends a, b, removed there, unless rpi1 answers again by then. If it is gone for good, type first  ./berth gone rpi1 hive  (what has to be ended there is then kept until it is back)";
  expect(await said({}, { status: "UNAVAILABLE" })).toEqual([sentence]);
  expect(await said({ status: "UNAVAILABLE" }, undefined)).toEqual([sentence]);
});
test("who leaves a machine that answers, or stays, needs no word", async () => {
  expect(await said({ status: "MAINTENANCE" }, undefined)).toEqual([]);
  expect(await said({}, { gone: true }, "rpi2")).toEqual([]);
});
