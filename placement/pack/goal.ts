import { gpuOf, type Kind, mostGpus, wholeGpu } from "./kind";
import type { Packing } from "./packing";

const whole = wholeGpu;
const places = mostGpus;

/** What a packing is good for. Judged machine by machine, so that a change is judged by the machines it touched. */
export interface Goal {
  /** What one of the kind is worth on the machine, on these devices of it. */
  worth(kind: number, machine: number, devices?: number): number;
  /** What the machine is worth as it stands, beyond those on it. */
  order?(machine: number): number;
  /** How often a round empties its machines, of 1. */
  emptied: number;
  /** Else the share of the residents that it sends away, from a draw between 0 and 1. */
  thinned(draw: number): number;
  /** Who is placed earlier when many wait; about 1 is the difference between two who may well change turns. */
  urgency(kind: number): number;
  /** How ill the machine would be used by one of the kind: of those that have room the one with the least gets it. */
  waste(kind: number, machine: number, devices: number): number;
}

/** What one more instance is worth, in thousandths of a GPU: too little to outweigh any GPU, so that only of equals the fuller one wins. */
const worthOfOne = 0.01;

/** What `mostGpu` may give up at first, in thousandths of a GPU: about what one share is smaller than another. */
export const warmth = 80;

/** The most GPU, then the most instances: for lists of which not all will fit. */
export function mostGpu(packing: Packing): Goal {
  const worth = packing.kinds.map((kind) => gpuOf(kind) + worthOfOne);
  return {
    worth: (kind) => worth[kind]!,
    // Few at a time: a machine of eight GPUs that is emptied is hardly ever filled better.
    emptied: 0.1,
    thinned: (draw) => 0.05 + 0.4 * draw,
    urgency: (kind) => urgencyOf(packing.kinds[kind]!),
    waste: wasteOfGpu(packing),
  };
}

/** Those with several GPUs first, then by GPU and CPU, those without a GPU last. */
function urgencyOf(kind: Kind): number {
  if (kind.gpus === 0) return kind.cpuMilli / 16_000 - 1000;
  return gpuOf(kind) / whole + kind.cpuMilli / 16_000 + (kind.gpus > 1 ? 2 : 0);
}

/** Rests of devices, and CPU that those who want the other devices would need. */
function wasteOfGpu({ kinds, cpuFree, gpuFree, idleGpus }: Packing): Goal["waste"] {
  const gpuMilli = Int32Array.from(kinds, (kind: Kind) => kind.gpuMilli);
  return (kind, machine, devices) => {
    const cpu = cpuFree[machine]!;
    if (devices === 0) return -cpu;
    if (gpuMilli[kind] === whole) return cpu / idleGpus[machine]!;
    const rest = gpuFree[machine * places + 31 - Math.clz32(devices)]! - gpuMilli[kind]!;
    return rest / 50 + cpu / 12_000;
  };
}
