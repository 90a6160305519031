/** What a watch has seen or done. */
export interface WatchEvent {
  readonly event:
    | "watch-begun"
    | "watch-ended"
    | "node-up"
    | "node-silent"
    | "node-degraded"
    | "node-down"
    | "node-rebooted"
    | "node-given-up"
    | "node-cleared"
    | "node-returned"
    | "nobody-answers"
    | "instance-started"
    | "instance-running"
    | "instance-restarted"
    | "instance-died"
    | "instance-failed"
    | "instance-completed"
    | "instance-stopped"
    | "instance-evicted"
    | "instance-fenced"
    | "instance-gone"
    | "lease-armed"
    | "lease-refused"
    | "failover-needed"
    | "failover-held"
    | "failover-begun"
    | "failover-done"
    | "failover-failed";
  readonly node?: string;
  readonly instance?: string;
  /** For people. */
  readonly text: string;
  /** What a later watch reads: nodes that were left, or whose lease was taken away at the end; instances that moved. */
  readonly nodes?: readonly string[];
  readonly instances?: readonly string[];
  /** Of `watch-begun`: how long instances go on without it. */
  readonly lease_seconds?: number;
}

/** The same in the journal: when it was, and who saw it. */
export interface JournalEntry extends WatchEvent {
  readonly at: string;
  readonly stack: string;
  /** user@host, and the watch's process. */
  readonly by: string;
  readonly pid: number;
}
