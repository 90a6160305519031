/** Which leases an ended watch takes away. That nodes then let their instances run is proved in test/integration/watch. */
import { expect, it } from "vitest";
import { NodeLease } from "../../../ops/watch/node-lease";
import { releaseLeases } from "../../../ops/watch/release-leases";

const aNode = (name: string, more: object = {}) => ({
  name,
  isAsked: false,
  answers: true,
  isLeased: true,
  lease: new NodeLease(60, Number.NEGATIVE_INFINITY),
  release: async (): Promise<string | undefined> => undefined,
  ...more,
});

it("a node that is asked just now and does not answer any more holds up no other", async () => {
  const nodes = [
    aNode("hangs", { isAsked: true }),
    aNode("refuses", { release: async () => "no" }),
    aNode("silent", { answers: false }),
    aNode("free", { isLeased: false }),
    aNode("fine"),
  ];
  expect(await releaseLeases(nodes, "me", 200)).toEqual(["fine"]);
});

it("a node that answers for the first time meanwhile gets no lease any more", async () => {
  const late = aNode("late", { answers: false, isAsked: true });
  const releasing = releaseLeases([late], "me", 200);
  late.lease.answered({ boot_id: "b", now: 0 }, 0);
  expect(late.lease.request(0)).toBeUndefined();
  await releasing;
});
