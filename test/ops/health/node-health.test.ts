import { expect, it } from "vitest";
import { type Asked, nodeHealth } from "../../../ops/health/node-health";
import type { FactsAnswer } from "../../../ops/node/ask-facts";

const now = new Date("2026-01-31T12:01:00.000Z");
const measured = {
  ram_bytes: 8e9,
  mem_available_bytes: 4e9,
  disk_bytes: 100e9,
  disk_free_bytes: 50e9,
  cpu_cores: 4,
  load_1m: 0.5,
  temperature_c: 48 as number | null,
};

const health = (facts: Partial<typeof measured>, holdings: FactsAnswer["holdings"] = []) => {
  const answer = { facts: { ...measured, ...facts }, gpus: [], notes: [], holdings, unwell: [] };
  const { status, reason } = nodeHealth({ answer: { answer }, before: undefined, now, graceSeconds: 60 });
  return [status, reason];
};

it.each<[string, Partial<typeof measured>, string, string | undefined]>([
  ["enough of everything", {}, "HEALTHY", undefined],
  ["90 % of the memory in use", { mem_available_bytes: 0.8e9 }, "HEALTHY", undefined],
  ["more than 90 %", { mem_available_bytes: 0.7e9 }, "DEGRADED", "91 % of its memory is used"],
  ["a full disk", { disk_free_bytes: 4.9e9 }, "DEGRADED", "4.9 GB of its disk are free"],
  ["a hot machine", { temperature_c: 85 }, "DEGRADED", "it is 85 °C hot"],
  ["a machine that tells no temperature", { temperature_c: null }, "HEALTHY", undefined],
  [
    "two things at once",
    { mem_available_bytes: 0, disk_free_bytes: 0 },
    "DEGRADED",
    "100 % of its memory is used, 0.0 GB of its disk are free",
  ],
])("%s", (_what, facts, status, reason) => expect(health(facts)).toEqual([status, reason]));

it("says how much of it Berth's own instances hold: they are not driven away", () => {
  const a = { stack: "hive", instance: "a", memory_bytes: 6e9, gpu_memory_bytes: 0, port: null };
  expect(health({ mem_available_bytes: 0.4e9 }, [{ ...a, used_bytes: 6e9 }])).toEqual([
    "DEGRADED",
    "95 % of its memory is used (75 % by Berth's instances)",
  ]);
});

const problem = "berth: CannotConnect: rpi1: no route to host\nmore";
const holdings: [] = [];
const silence = (before: Asked["before"], graceSeconds = 60) =>
  nodeHealth({ answer: { problem }, before, now, graceSeconds });

it("a node that never answered is unavailable at once", () => {
  const unavailable = {
    status: "UNAVAILABLE",
    reason: "berth: CannotConnect: rpi1: no route to host",
    holdings,
  };
  expect(silence(undefined)).toEqual(unavailable);
  expect(silence({ status: "UNAVAILABLE", holdings })).toEqual(unavailable);
});

it("one that had answered is degraded until the grace is over", () => {
  const first = silence({ status: "HEALTHY", holdings });
  expect(first).toEqual({
    status: "DEGRADED",
    reason: "silent for 0 s, unavailable after 60 s: berth: CannotConnect: rpi1: no route to host",
    silent_since: "2026-01-31T12:01:00.000Z",
    holdings,
  });
  expect(silence({ ...first, silent_since: "2026-01-31T12:00:01.000Z" }).status).toBe("DEGRADED");
  const over = silence({ ...first, silent_since: "2026-01-31T12:00:00.000Z" });
  expect(over).toEqual({
    status: "UNAVAILABLE",
    reason: "berth: CannotConnect: rpi1: no route to host",
    silent_since: "2026-01-31T12:00:00.000Z",
    holdings,
  });
  expect(silence(over).status).toBe("UNAVAILABLE");
  expect(silence({ status: "HEALTHY", holdings }, 0).status).toBe("UNAVAILABLE");
});
