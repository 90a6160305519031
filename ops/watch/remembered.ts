import type { JournalEntry } from "./watch-event";

/** What a watch has to know of those before it. */
export interface Remembered {
  /** Nodes whose failover was begun and not done: it goes on. Undefined: none was. */
  readonly unfinished: readonly string[] | undefined;
  /** Nodes that a watch gave up and has not taken back. */
  readonly givenUp: ReadonlySet<string>;
  /** How often each node was given up within a day. */
  readonly timesGivenUp: ReadonlyMap<string, number>;
  /** Nodes whose lease nobody took away. */
  readonly leased: ReadonlySet<string>;
  /** How long instances go on without a watch, at most: of all watches whose leases nobody took away. */
  readonly leaseSeconds: number;
}

const day = 24 * 3600 * 1000;

/** Reads it out of the journal. */
export function remembered(entries: readonly JournalEntry[], now: Date): Remembered {
  const last = entries.findLast(
    ({ event }) => event === "failover-begun" || event === "failover-done" || event === "failover-failed",
  );
  const givenUp = new Set<string>();
  const timesGivenUp = new Map<string, number>();
  const leased = new Set<string>();
  let leaseSeconds = 0;
  for (const { event, at, node, nodes, lease_seconds } of entries) {
    if (event === "watch-begun")
      leaseSeconds = Math.max(lease_seconds ?? 0, leased.size > 0 ? leaseSeconds : 0);
    if (event === "watch-ended") for (const one of nodes ?? []) leased.delete(one);
    if (event === "lease-armed") leased.add(node!);
    if (node === undefined) continue;
    if (event === "node-returned") givenUp.delete(node);
    if (event !== "node-given-up") continue;
    givenUp.add(node);
    if (now.getTime() - Date.parse(at) < day) timesGivenUp.set(node, (timesGivenUp.get(node) ?? 0) + 1);
  }
  return {
    unfinished: last === undefined || last.event === "failover-done" ? undefined : (last.nodes ?? []),
    givenUp,
    timesGivenUp,
    leased,
    leaseSeconds,
  };
}

/** The entries of which `remembered` makes the same as of all, in their order. */
export function stillNeeded(entries: readonly JournalEntry[], now: Date): JournalEntry[] {
  const { leased, leaseSeconds } = remembered(entries, now);
  const needed = new Map<string, JournalEntry>();
  for (const [index, entry] of entries.entries()) {
    const { event, at, node } = entry;
    if (event.startsWith("failover-")) {
      if (event !== "failover-needed" && event !== "failover-held") needed.set("failover", entry);
    } else if (event === "watch-begun") {
      if (entry.lease_seconds === leaseSeconds) needed.set("watch", entry);
    } else if (event === "lease-armed") {
      if (leased.has(node!)) needed.set(`lease ${node}`, entry);
    } else if (event === "node-returned") needed.set(`returned ${node}`, entry);
    else if (event === "node-given-up") {
      needed.set(`given up ${node}`, entry);
      if (now.getTime() - Date.parse(at) < day) needed.set(`given up ${index}`, entry);
    }
  }
  const all = new Set(needed.values());
  return entries.filter((entry) => all.has(entry));
}
