import { expect, test } from "vitest";
import { allocationBound } from "../../../bench/openb/bound";
import type { Kind, Machine } from "../../../placement/pack/kind";
import { solver } from "../../../placement/solver";

const machine = (fields: Partial<Machine> = {}): Machine => ({
  cpuMilli: 8000,
  ramBytes: 1e9,
  gpus: 2,
  slots: 100,
  group: 0,
  ...fields,
});
const kind = (fields: Partial<Kind> = {}): Kind => ({
  cpuMilli: 1000,
  gpus: 1,
  gpuMilli: 1000,
  takes: [{ ramBytes: 1, gpuMemoryBytes: 0 }],
  conflicts: [],
  ...fields,
});

test.each([
  ["all, where all fit", [kind()], [2], [machine()], 1],
  ["no more than is asked for", [kind()], [1], [machine()], 0.5],
  ["no more shares than devices hold", [kind({ gpuMilli: 600 })], [9], [machine()], 0.6],
  [
    "shares that complete each other",
    [kind({ gpuMilli: 600 }), kind({ gpuMilli: 400 })],
    [1, 4],
    [machine()],
    0.9,
  ],
  ["no more than the CPU feeds", [kind({ cpuMilli: 6000 })], [2], [machine()], 2 / 3],
  ["nothing where the model is another", [kind({ takes: [undefined] })], [2], [machine()], 0],
  ["no four GPUs of two machines with two", [kind({ gpus: 4 })], [1], [machine(), machine()], 0],
])("the bound allows %s", async (_, kinds, counts, machines, share) => {
  expect(allocationBound(kinds, counts, machines, await solver())).toBeCloseTo(share, 9);
});
