/** Thousandths of one GPU. */
export const wholeGpu = 1000;

/** The most GPUs a machine may have: a set of them is one small number. */
export const mostGpus = 16;

/** Equal demands: who asks for the same and may go to the same machines is told apart by nobody. */
export interface Kind {
  cpuMilli: number;
  /** Devices; more than one are all whole. */
  gpus: number;
  /** What it takes of each device: 1 to 1000 thousandths. 0 without a GPU. */
  gpuMilli: number;
  /** What it takes of a machine's memory, by group of machines; undefined where it may not go. */
  takes: readonly (Memory | undefined)[];
  /** Kinds it must not share a machine with; with itself in it there is one a machine. */
  conflicts: readonly number[];
  /** It takes no slot. */
  slotless?: boolean;
  /** The kind as which one of these does without a GPU. */
  without?: number;
  /** Where each of them runs, and on which devices, as bits. */
  home?: { machine: number; devices: number };
}

export interface Memory {
  ramBytes: number;
  /** Of each of its devices. */
  gpuMemoryBytes: number;
}

/** What a machine has for the demands. */
export interface Machine {
  cpuMilli: number;
  ramBytes: number;
  gpus: number;
  /** What is left of each, in thousandths. @default all of it */
  gpuFree?: readonly number[];
  /** What is left of each one's memory. @default none, for demands that ask for none */
  gpuMemoryFree?: readonly number[];
  slots: number;
  /** Machines of which the same kinds take the same are of one group, counted from 0. */
  group: number;
}

/** GPU that one of the kind holds, in thousandths. */
export function gpuOf({ gpus, gpuMilli }: Kind): number {
  return gpus * gpuMilli;
}

/** A set of devices as one number: a bit for each. */
export function bitsOf(devices: readonly number[]): number {
  return devices.reduce((bits, device) => bits | (1 << device), 0);
}
