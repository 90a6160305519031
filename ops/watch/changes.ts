import type { NodeFacts } from "../../topology/facts";
import type { WatchEvent } from "./watch-event";

/** A node at one look. */
export interface Seen {
  readonly facts: NodeFacts;
  /** Undefined: it did not answer. */
  readonly bootId?: string;
  /** Of the stack, by id; of a node that did not answer, as it had answered last. */
  readonly instances: ReadonlyMap<string, { readonly state: string; readonly restarts: number }>;
}

/** What is new about a node since the look before, if there was one. */
export function changes(node: string, before: Seen | undefined, after: Seen): WatchEvent[] {
  return [
    ...statusChange(node, before, after),
    ...(before?.bootId && after.bootId && before.bootId !== after.bootId
      ? [{ event: "node-rebooted", node, text: `${node} has been started anew` } as const]
      : []),
    ...(after.bootId === undefined ? [] : instanceChanges(node, before, after)),
  ];
}

function statusChange(node: string, before: Seen | undefined, { facts }: Seen): WatchEvent[] {
  const now = kind(facts);
  if (before && kind(before.facts) === now) return [];
  const why = facts.reason ? `: ${facts.reason}` : "";
  const text = {
    "node-up": `${node} is healthy`,
    "node-silent": `${node} does not answer${why}`,
    "node-degraded": `${node} is degraded${why}`,
    "node-down": `${node} is unavailable${why}`,
  }[now];
  return [{ event: now, node, text }];
}

function kind({ status, silent_since }: NodeFacts) {
  if (status === "HEALTHY") return "node-up";
  if (status === "UNAVAILABLE") return "node-down";
  return silent_since === undefined ? "node-degraded" : "node-silent";
}

const kindOf: Record<string, WatchEvent["event"]> = {
  starting: "instance-started",
  running: "instance-running",
  backoff: "instance-died",
  dead: "instance-died",
  failed: "instance-failed",
  completed: "instance-completed",
  stopped: "instance-stopped",
  evicted: "instance-evicted",
  fenced: "instance-fenced",
};

function instanceChanges(node: string, before: Seen | undefined, after: Seen): WatchEvent[] {
  const events: WatchEvent[] = [];
  for (const [instance, { state, restarts }] of after.instances) {
    const was = before?.instances.get(instance);
    const about = { node, instance };
    if (was && restarts > was.restarts)
      events.push({
        event: "instance-restarted",
        ...about,
        text: `${instance} on ${node} was restarted, ${restarts} times by now`,
      });
    if (was?.state === state) continue;
    const event =
      was === undefined && state === "running" ? "instance-started" : (kindOf[state] ?? "instance-started");
    events.push({ event, ...about, text: `${instance} on ${node} is ${state}` });
  }
  for (const instance of before?.instances.keys() ?? [])
    if (!after.instances.has(instance))
      events.push({ event: "instance-gone", node, instance, text: `${instance} is not on ${node} any more` });
  return events;
}
