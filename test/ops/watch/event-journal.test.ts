import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { EventJournal } from "../../../ops/watch/event-journal";
import { onlyWatch } from "../../../ops/watch/only-watch";
import { remembered } from "../../../ops/watch/remembered";

const folder = mkdtempSync(join(tmpdir(), "berth-journal-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("what is added is read again by the next, but for a line that was cut off", () => {
  const journal = new EventJournal(join(folder, "new", "hive.jsonl"), "hive");
  const entry = journal.add({ event: "node-up", node: "one", text: "one is healthy" });
  expect(entry).toMatchObject({ stack: "hive", pid: process.pid, event: "node-up", node: "one" });
  appendFileSync(journal.file, '{"event": "node-d');
  const next = new EventJournal(journal.file, "hive");
  expect(next.read()).toEqual([entry]);
  const after = next.add({ event: "lease-armed", node: "one", text: "one keeps a lease" });
  expect(next.read()).toEqual([entry, after]);
});

it("a large one makes room, and is read until there is another", () => {
  const journal = new EventJournal(join(folder, "large.jsonl"), "hive");
  writeFileSync(journal.file, `${JSON.stringify({ event: "node-down", text: "x".repeat(5_000_001) })}\n`);
  journal.add({ event: "node-up", text: "one is healthy" });
  expect(journal.read().map(({ event }) => event)).toEqual(["node-down", "node-up"]);
  expect(readFileSync(journal.file, "utf8").split("\n")).toHaveLength(2);
});

it("what a later watch has to know outlives however many, each event once", () => {
  const journal = new EventJournal(join(folder, "many.jsonl"), "hive");
  journal.add({ event: "watch-begun", lease_seconds: 60, text: "" });
  journal.add({ event: "lease-armed", node: "one", text: "" });
  journal.add({ event: "lease-armed", node: "two", text: "" });
  journal.add({ event: "watch-ended", nodes: ["two"], text: "" });
  journal.add({ event: "node-given-up", node: "one", text: "" });
  journal.add({ event: "failover-begun", nodes: ["one"], text: "" });
  const known = () => remembered(journal.read(), new Date());
  const before = known();
  expect([before.leased, before.leaseSeconds, before.unfinished]).toEqual([new Set(["one"]), 60, ["one"]]);
  for (let round = 0; round < 3; round++) {
    journal.add({ event: "node-down", node: "one", text: "x".repeat(5_000_001) });
    journal.add({ event: "node-up", node: "one", text: "" });
    expect(known()).toEqual(before);
  }
  expect(journal.read().map(({ event }) => event)).toEqual([
    "watch-begun",
    "lease-armed",
    "node-given-up",
    "failover-begun",
    "node-up",
    "node-down",
    "node-up",
  ]);
});

it("a stack is watched once, and again when that has ended", async () => {
  const free = await onlyWatch(folder, "hive");
  await expect(onlyWatch(folder, "hive")).rejects.toThrow(
    `berth: hive is watched already, by process ${process.pid}; end that with Ctrl-C first`,
  );
  (await onlyWatch(folder, "another"))();
  free();
  (await onlyWatch(folder, "hive"))();
});
