import type { Machine } from "../node/machine";
import type { StackState } from "../stack/state";
import type { Remembered } from "./remembered";
import type { RunningUp } from "./run-up";
import type { WatchEvent } from "./watch-event";
import type { WatchedNode } from "./watched-node";

export interface FailoverSettings {
  readonly stack: string;
  /** Of the cluster: below it lies a folder for each node that was given up. */
  readonly goneFolder: string;
  readonly autoRestart: boolean;
  readonly graceSeconds: number;
  readonly intervalSeconds: number;
}

/** What a failover sees and uses. */
export interface Surroundings {
  readonly nodes: readonly WatchedNode[];
  readonly remembered: Remembered;
  gone(): readonly string[];
  state(): Promise<StackState>;
  machine(node: string): Machine;
  say(event: WatchEvent): void;
  /** Starts a normal update that starts these instances anew. */
  up(replace: readonly string[]): RunningUp;
}
