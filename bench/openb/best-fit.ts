import { gpuOf } from "../../placement/pack/kind";
import type { NewPolicy } from "./policy";
import { ScoreTable } from "./score-table";

// The largest machine, in the words of the paper's simulator: it only scales the score.
const mostCpuMilli = 128_000;
const mostGpuMilli = 8_000;

/** The machine with the least CPU and GPU left afterwards, in whole points; of the devices the fullest. */
export const bestFit: NewPolicy = (packing) => {
  const table = new ScoreTable(packing, (kind, machine) => {
    const wanted = packing.kinds[kind]!;
    const cpu = (packing.cpuFree[machine]! - wanted.cpuMilli) / mostCpuMilli;
    const gpu = (packing.gpuLeft[machine]! - gpuOf(wanted)) / mostGpuMilli;
    return Math.trunc((1 - (cpu + gpu) / 2) * 100);
  });
  return {
    choose(kind) {
      const machine = table.best(kind);
      return machine < 0 ? undefined : { machine, devices: packing.devicesFor(kind, machine) };
    },
    changed: (machine) => table.changed(machine),
  };
};
