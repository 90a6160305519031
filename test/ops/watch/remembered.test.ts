import fc from "fast-check";
import { expect, it } from "vitest";
import { remembered, stillNeeded } from "../../../ops/watch/remembered";
import type { JournalEntry, WatchEvent } from "../../../ops/watch/watch-event";

const now = new Date("2026-11-22T12:00:00Z");
const entry = (event: WatchEvent["event"], more: Partial<JournalEntry> = {}): JournalEntry => ({
  at: "2026-11-22T11:00:00Z",
  stack: "hive",
  by: "ann@desk",
  pid: 1,
  event,
  text: "",
  ...more,
});

it("an empty journal tells nothing", () => {
  expect(remembered([], now)).toEqual({
    unfinished: undefined,
    givenUp: new Set(),
    timesGivenUp: new Map(),
    leased: new Set(),
    leaseSeconds: 0,
  });
});

it.each<[string, WatchEvent["event"][], readonly string[] | undefined]>([
  ["begun and nothing more: it goes on", ["failover-begun", "node-up"], ["one"]],
  ["failed: it is tried again", ["failover-begun", "failover-failed"], ["one"]],
  ["done", ["failover-begun", "failover-done"], undefined],
  ["a second one begun", ["failover-begun", "failover-done", "failover-begun"], ["one"]],
])("%s", (_, events, unfinished) => {
  const entries = events.map((event) => entry(event, { nodes: ["one"] }));
  expect(remembered(entries, now).unfinished).toEqual(unfinished);
});

it("who was given up and not taken back, how often within a day, and whose lease nobody took away", () => {
  const { givenUp, timesGivenUp, leased, leaseSeconds } = remembered(
    [
      entry("watch-begun", { lease_seconds: 60 }),
      entry("lease-armed", { node: "one" }),
      entry("lease-armed", { node: "two" }),
      entry("node-given-up", { node: "one", at: "2026-11-20T11:00:00Z" }),
      entry("node-given-up", { node: "two" }),
      entry("node-returned", { node: "two" }),
      entry("node-given-up", { node: "two" }),
      entry("node-returned", { node: "one" }),
      entry("watch-ended", { nodes: ["one"] }),
      entry("watch-begun", { lease_seconds: 90 }),
    ],
    now,
  );
  expect([givenUp, timesGivenUp, leased, leaseSeconds]).toEqual([
    new Set(["two"]),
    new Map([["two", 2]]),
    new Set(["two"]),
    90,
  ]);
});

it("a lease that nobody took away counts with the time of whoever gave it, however many watches came since", () => {
  const leased = entry("lease-armed", { node: "one" });
  const begun = (lease_seconds: number) => entry("watch-begun", { lease_seconds });
  expect(remembered([begun(600), leased, begun(60)], now).leaseSeconds).toBe(600);
  expect(remembered([begun(600), leased, begun(0)], now).leaseSeconds).toBe(600);
  const ended = entry("watch-ended", { nodes: ["one"] });
  expect(remembered([begun(600), leased, ended, begun(60)], now).leaseSeconds).toBe(60);
});

it("of what is still needed the same is remembered, now and with whatever comes", () => {
  const node = fc.constantFrom("one", "two");
  const event = fc.oneof(
    fc.record({ event: fc.constant("watch-begun" as const), lease_seconds: fc.constantFrom(0, 60, 90) }),
    fc.record({ event: fc.constant("watch-ended" as const), nodes: fc.subarray(["one", "two"]) }),
    fc.record({
      event: fc.constantFrom("failover-begun", "failover-done", "failover-failed", "failover-held"),
      nodes: fc.subarray(["one", "two"]),
    }),
    fc.record({
      event: fc.constantFrom("lease-armed", "node-given-up", "node-returned", "node-up"),
      node,
      at: fc.constantFrom("2026-11-20T11:00:00Z", "2026-11-22T11:00:00Z"),
    }),
  );
  const events = fc.array(event.map(({ event: name, ...more }) => entry(name, more)));
  fc.assert(
    fc.property(events, events, (before, after) => {
      expect(remembered([...stillNeeded(before, now), ...after], now)).toEqual(
        remembered([...before, ...after], now),
      );
    }),
  );
});
