import { expect, test, vi } from "vitest";
import { Dice } from "../../../placement/pack/dice";
import { mostGpu } from "../../../placement/pack/goal";
import type { Kind, Machine } from "../../../placement/pack/kind";
import { Packing } from "../../../placement/pack/packing";
import { Recreator } from "../../../placement/pack/recreator";
import { Waiting } from "../../../placement/pack/waiting";

const machine: Machine = {
  cpuMilli: 4000,
  ramBytes: 1,
  gpus: 1,
  slots: 100,
  group: 0,
};

test("of a thousand kinds that wait a filling looks at 64, each time at others", () => {
  const kinds = Array.from(
    { length: 1000 },
    (_, index): Kind => ({
      cpuMilli: 5000 + index,
      gpus: 1,
      gpuMilli: 1000,
      takes: [{ ramBytes: 1, gpuMemoryBytes: 0 }],
      conflicts: [],
    }),
  );
  const packing = new Packing(kinds, [machine]);
  const waiting = new Waiting(kinds.length);
  for (const kind of kinds.keys()) waiting.add(kind);
  const recreator = new Recreator(packing, waiting, new Dice(1), mostGpu(packing));
  const asked = vi.spyOn(packing, "devicesFor");
  recreator.fill([0]);
  expect(asked).toHaveBeenCalledTimes(64);
  for (let filling = 0; filling < 100; filling++) recreator.fill([0]);
  expect(new Set(asked.mock.calls.map(([kind]) => kind)).size).toBeGreaterThan(900);
});
