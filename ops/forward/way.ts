import type { Socket } from "node:net";

/** How one port is reached for the time being. */
export interface Way {
  /** The node, or the pod with its namespace. */
  readonly on: string;
  /** Resolves with the reason once it is no more. */
  readonly lost: Promise<string>;
  /** Carries what a local program and the port say to each other, to the end. Returns why when the port was refused. */
  carry(socket: Socket): Promise<string | undefined>;
}

/** Why there is none. */
export interface NoWay {
  readonly problem: string;
}
