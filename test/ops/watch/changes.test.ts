import { expect, it } from "vitest";
import { changes, type Seen } from "../../../ops/watch/changes";

const healthy: Seen["facts"] = { status: "HEALTHY", holdings: [] };
const seen = (instances: Record<string, [string, number]> = {}, more: Partial<Seen> = {}): Seen => ({
  facts: healthy,
  bootId: "b1",
  instances: new Map(Object.entries(instances).map(([id, [state, restarts]]) => [id, { state, restarts }])),
  ...more,
});
const silent: Seen = {
  facts: { status: "DEGRADED", reason: "silent", silent_since: "2026-11-22T12:00:00Z", holdings: [] },
  instances: new Map([["a", { state: "running", restarts: 0 }]]),
};

it.each<[string, Seen | undefined, Seen, string[]]>([
  [
    "the first look",
    undefined,
    seen({ a: ["running", 0] }),
    ["node-up: one is healthy", "instance-started: a on one is running"],
  ],
  ["nothing new", seen({ a: ["running", 0] }), seen({ a: ["running", 0] }), []],
  [
    "fenced",
    seen({ a: ["running", 0] }),
    seen({ a: ["fenced", 0] }),
    ["instance-fenced: a on one is fenced"],
  ],
  [
    "back",
    seen({ a: ["fenced", 0] }),
    seen({ a: ["running", 0] }),
    ["instance-running: a on one is running"],
  ],
  [
    "restarted between two looks",
    seen({ a: ["running", 0] }),
    seen({ a: ["running", 2] }),
    ["instance-restarted: a on one was restarted, 2 times by now"],
  ],
  ["gone", seen({ a: ["running", 0] }), seen(), ["instance-gone: a is not on one any more"]],
  [
    "a silent node tells nothing of its instances",
    seen({ a: ["running", 0] }),
    silent,
    ["node-silent: one does not answer: silent"],
  ],
  [
    "a node that was started anew meanwhile",
    { ...silent, bootId: "b1" },
    seen({ a: ["dead", 0] }, { bootId: "b2" }),
    [
      "node-up: one is healthy",
      "node-rebooted: one has been started anew",
      "instance-died: a on one is dead",
    ],
  ],
  [
    "short of memory, then lost",
    seen({}, { facts: { status: "DEGRADED", reason: "95 % of its memory is used", holdings: [] } }),
    { ...silent, facts: { status: "UNAVAILABLE", reason: "no route", holdings: [] } },
    ["node-down: one is unavailable: no route"],
  ],
])("%s", (_, before, after, expected) => {
  expect(changes("one", before, after).map(({ event, text }) => `${event}: ${text}`)).toEqual(expected);
});
