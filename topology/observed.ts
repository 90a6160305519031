import type { NodeStatus } from "./node";

/** What another stack, or a namespace of Kubernetes, holds on a node of this cluster. On unified memory the GPU memory is in `ramBytes` too. */
export interface Held {
  stack: string;
  instance: string;
  node: string;
  ramBytes: number;
  /** Of all its GPUs together. */
  gpuMemoryBytes: number;
  /** Undefined, as in older state: none are kept for it. */
  cpuCores?: number;
  /** Undefined, as in older state: it shares a GPU as far as memory goes, if it has any. */
  gpus?: number;
  /** By index. Undefined: the first, if any. */
  gpuDevices?: readonly number[];
  /** It takes nothing of `max_instances`. */
  slots?: 0;
  port?: number;
}

/** Where an instance of this stack was placed last time. */
export interface PreviousPlacement {
  node: string;
  port?: number;
  /** Whether it ran on the GPU. Undefined: older state; then it is decided anew. */
  onGpu?: boolean;
  /** `Placement.gpuDevices` of that time: it keeps them where it stays. */
  gpuDevices?: readonly number[];
  /** `Placement.hints` of that time. Undefined: older state, taken as unchanged. */
  hints?: string;
}

/** What the facts say about a node. A status of the cluster file that takes the node out of service beats it. */
export interface ObservedNode {
  status?: NodeStatus;
  /** Why it has that status, for people. */
  reason?: string;
  /** RAM that processes could have had when it was asked. It decides nothing: load comes and goes. */
  memoryAvailableBytes?: number;
  /** What instances of any stack were to hold there at that moment; with the GPU memory where it is unified. */
  heldBytes?: number;
  /** What Kubernetes lets pods have of it, taken or not; GPUs as it counts them. */
  allocatable?: { cpuCores: number; ramBytes: number; gpus: number };
  /** `./berth gone` gave it up: nobody asks it, nothing stays on it, nothing goes there. Beats every status. */
  gone?: true;
}

/** What is already so out there when the program starts. */
export interface Observed {
  /** By instance id. */
  previous: Record<string, PreviousPlacement>;
  /** ISO time since when they stand; for the state, the decision does not look at it. */
  decidedAt?: string;
  others: Held[];
  /** By node name. */
  nodes: Record<string, ObservedNode>;
  /** Undefined: nobody asked the machines. */
  facts?: { ageSeconds: number };
}

/** A first run: nothing is known. */
export const noObservations: Observed = { previous: {}, others: [], nodes: {} };
