import { expect, it } from "vitest";
import { NodeLease } from "../../../ops/watch/node-lease";

const never = Number.NEGATIVE_INFINITY;
const second = 1000;

it("a node whose clock is not known gets no lease, and nothing waits for one", () => {
  const lease = new NodeLease(60, never);
  expect([lease.request(0), lease.endedAt(10)]).toEqual([undefined, never]);
});

it("the end of a lease is told by the node's clock, and never later than here", () => {
  const lease = new NodeLease(60, never);
  lease.answered({ boot_id: "b", now: 5000 }, 100 * second);
  expect(lease.request(130 * second)).toEqual({ boot_id: "b", until: 5090 });
  // 130 + 60, 2 % of 60 for the clocks, 10 for the stop, 5 besides.
  expect(lease.endedAt(10)).toBe((190 + 1.2 + 10 + 5) * second);
});

it("what may have arrived without an answer counts; what never left does not", () => {
  const lease = new NodeLease(60, never);
  lease.answered({ boot_id: "b", now: 0 }, 0);
  lease.request(0);
  lease.answered({ boot_id: "b", now: 0 }, 0);
  lease.request(30 * second);
  lease.unanswered(false);
  expect(lease.endedAt(0)).toBe(66.2 * second);

  lease.answered({ boot_id: "b", now: 31 }, 31 * second);
  lease.request(31 * second);
  lease.unanswered(true);
  expect(lease.endedAt(0)).toBe(97.2 * second);
});

it("a node that was silent is renewed only after an answer", () => {
  const lease = new NodeLease(60, never);
  lease.answered({ boot_id: "b", now: 0 }, 0);
  lease.request(0);
  lease.unanswered(true);
  expect(lease.request(second)).toBeUndefined();
  expect(lease.endedAt(0)).toBe(66.2 * second);
});

it("a lease that another watch gave is waited for, until it is taken away", () => {
  const lease = new NodeLease(0, 90 * second);
  expect([lease.request(0), lease.endedAt(0)]).toEqual([undefined, 95 * second]);
  lease.released();
  expect(lease.endedAt(0)).toBe(never);
});

it("nothing is renewed after its end", () => {
  const lease = new NodeLease(60, never);
  lease.answered({ boot_id: "b", now: 0 }, 0);
  lease.end();
  lease.answered({ boot_id: "b", now: 1 }, second);
  expect(lease.request(second)).toBeUndefined();
});
