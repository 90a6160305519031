import { afterEach, expect, it, vi } from "vitest";
import { printStatus } from "../../../ops/terminal/print-status";

afterEach(() => vi.restoreAllMocks());

it("says what to type for who runs nowhere, and for who died", () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  const dead = {
    id: "critic",
    node: "jetson",
    state: "dead" as const,
    pid: null,
    restarts: 2,
    uptime_s: null,
    memory_bytes: null,
    memory_limit_bytes: 1e9,
    last_log: "the end",
  };
  printStatus({
    stack: "hive",
    running: [dead],
    missing: ["optimist"],
    clusters: [],
    tenants: [],
    problems: {},
  });
  expect(log.mock.calls.map(([line]) => line)).toEqual([
    "INSTANCE  NODE    STATE   UP  RESTARTS  MEMORY  LAST LINE",
    "critic    jetson  dead    –   2         –       the end",
    "optimist  –       absent  –   –         –       runs nowhere; ./berth up hive starts what is new",
  ]);
  expect(error.mock.calls.map(([line]) => line)).toEqual([
    "critic is dead on jetson; start it again with  ./berth up hive -- --replace '**::critic-start'",
  ]);
});
