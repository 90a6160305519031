import type { Packing } from "../../placement/pack/packing";

/** Where one pod goes; it knows those before it and none of those that come. */
export interface Place {
  machine: number;
  devices: number;
}

export interface Policy {
  /** Undefined: no machine has room. */
  choose(kind: number): Place | undefined;
  /** Called when a pod was put on the machine. */
  changed(machine: number): void;
}

/** @param usual how often each kind is asked for, by kind: what is known beforehand */
export type NewPolicy = (packing: Packing, usual: readonly number[], seed: number) => Policy;
