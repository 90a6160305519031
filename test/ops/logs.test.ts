/** What `logs` refuses before it asks anybody. */
import { spawnSync } from "node:child_process";
import { expect, it, vi } from "vitest";

// Whole processes, of which a busy machine makes seconds each.
vi.setConfig({ testTimeout: 60_000 });

it.each<[string, string[], string]>([
  [
    "a node that only Kubernetes reaches",
    ["brain-node", "HW-BRAIN-01"],
    "berth: HW-BRAIN-01 is reached through Kubernetes only; name a Ray cluster there, or a member: brain, brain-head, brain-gpu-0, brain-gpu-1, brain-gpu-2\n",
  ],
  [
    "lines that are no number",
    ["hive-cluster", "critic", "--lines", "all"],
    'berth: --lines: expected a whole number of lines from 0 to 999999, got "all"\n',
  ],
])("%s", (_what, args, expected) => {
  const { status, stderr } = spawnSync("./berth", ["logs", ...args], { encoding: "utf8" });
  expect([status, stderr]).toEqual([2, expected]);
});
