/** What a terminal shows of a watch. That it is drawn at the right time is not proved here. */
import pc from "picocolors";
import { expect, it } from "vitest";
import { Screen } from "../../../ops/watch/screen";
import { type View, view } from "../../../ops/watch/view";

const node = (name: string, more: object = {}) =>
  ({
    name,
    facts: { status: "HEALTHY", holdings: [] },
    measured: { mem_available_bytes: 6.8e9, ram_bytes: 8e9 },
    instances: [],
    answers: true,
    wasAsked: true,
    ...more,
  }) as unknown as View["nodes"][number];
const instance = {
  id: "a",
  state: "running",
  restarts: 1,
  uptime_s: 75,
  memory_bytes: 14_200_000,
  memory_limit_bytes: 2e9,
};
const shown = (nodes: View["nodes"], more: Partial<View> = {}) =>
  view(
    { stack: "hive", nodes, gone: [], events: [], intervalSeconds: 5, leaseSeconds: 60, busy: "", ...more },
    pc.createColors(false),
  );

it("nodes, instances and the last events, whose day is not told", () => {
  const event = { at: "2026-11-22T18:52:28.123Z", stack: "hive", by: "ann@desk", pid: 1 } as const;
  const text = "rpi2 does not answer: silent\nfor 5 s";
  const events = [{ ...event, event: "node-silent", node: "rpi2", text }] as const;
  const silent = { facts: { status: "DEGRADED", reason: "silent for 5 s" }, answers: false };
  const nodes = [
    node("rpi1", { instances: [instance] }),
    node("rpi2", { ...silent, instances: [{ ...instance, restarts: 0 }] }),
    node("jetson", { ...silent, facts: { status: "UNAVAILABLE", reason: "no route" } }),
  ];
  expect(shown(nodes, { events, gone: ["jetson"] })).toEqual([
    "hive  every 5 s, lease 60 s",
    "",
    "rpi1    HEALTHY      6.8 of 8.0 GB available",
    "        a  running  1m15s, 1 restart, 14 MB of 2.0 GB",
    "rpi2    DEGRADED     silent for 5 s",
    "        a  running when it answered last",
    "jetson  UNAVAILABLE  no route; given up",
    "",
    "18:52:28Z  node-silent         rpi2 does not answer: silent for 5 s",
  ]);
});

it("a node that this watch has not heard of yet is not called what it was before", () => {
  const before = { facts: { status: "DEGRADED", reason: "silent for 9 s" }, answers: false };
  expect(shown([node("rpi1", { ...before, wasAsked: false })]).slice(2)).toEqual(["rpi1  …"]);
});

it("a line too long and lines too many say so, in a small window", () => {
  let written = "";
  const write = (text: string) => (written += text);
  const screen = new Screen({ columns: 10, rows: 4, write } as unknown as NodeJS.WriteStream);
  screen.show(["1234567890", pc.createColors(true).red("12345678901"), "3"]);
  expect(written).toBe("\u001b[H1234567890\u001b[K\n123456789…\u001b[K\n3\u001b[K\n\u001b[J");
  written = "";
  screen.show(["1", "2", "3", "4"]);
  expect(written).toBe("\u001b[H1\u001b[K\n2\u001b[K\n… 2 more …\u001b[K\n\u001b[J");
});
