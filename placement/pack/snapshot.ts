import { mostGpus } from "./kind";
import type { Packing } from "./packing";

const places = mostGpus;

/** One machine as it was, to go back to. */
export class Snapshot {
  private cpuFree = 0;
  private ramFree = 0;
  private slotsFree = 0;
  private idleGpus = 0;
  private gpuLeft = 0;
  private readonly gpuFree = new Int16Array(places);
  private readonly gpuMemoryFree = new Float64Array(places);
  private readonly residents: number[] = [];

  constructor(private readonly packing: Packing) {}

  take(machine: number): void {
    const { cpuFree, ramFree, gpuMemoryFree, slotsFree, idleGpus, gpuLeft, gpuFree, residents, machines } =
      this.packing;
    this.cpuFree = cpuFree[machine]!;
    this.ramFree = ramFree[machine]!;
    this.slotsFree = slotsFree[machine]!;
    this.idleGpus = idleGpus[machine]!;
    this.gpuLeft = gpuLeft[machine]!;
    for (let device = 0; device < machines[machine]!.gpus; device++) {
      this.gpuFree[device] = gpuFree[machine * places + device]!;
      this.gpuMemoryFree[device] = gpuMemoryFree[machine * places + device]!;
    }
    copy(residents[machine]!, this.residents);
  }

  restore(machine: number): void {
    const { cpuFree, ramFree, gpuMemoryFree, slotsFree, idleGpus, gpuLeft, gpuFree, residents, machines } =
      this.packing;
    cpuFree[machine] = this.cpuFree;
    ramFree[machine] = this.ramFree;
    slotsFree[machine] = this.slotsFree;
    idleGpus[machine] = this.idleGpus;
    gpuLeft[machine] = this.gpuLeft;
    for (let device = 0; device < machines[machine]!.gpus; device++) {
      gpuFree[machine * places + device] = this.gpuFree[device]!;
      gpuMemoryFree[machine * places + device] = this.gpuMemoryFree[device]!;
    }
    copy(this.residents, residents[machine]!);
  }
}

function copy(from: readonly number[], to: number[]): void {
  to.length = from.length;
  for (let index = 0; index < from.length; index++) to[index] = from[index]!;
}
