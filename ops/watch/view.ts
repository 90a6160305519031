import { duration } from "../terminal/duration";
import type { paint } from "../terminal/paint";
import type { JournalEntry } from "./watch-event";
import type { WatchedNode } from "./watched-node";

export interface View {
  readonly stack: string;
  readonly nodes: readonly WatchedNode[];
  readonly gone: readonly string[];
  /** The last ones. */
  readonly events: readonly JournalEntry[];
  readonly intervalSeconds: number;
  readonly leaseSeconds: number;
  /** What is under way, if anything. */
  readonly busy: string;
}

type Colours = ReturnType<typeof paint>;

/** A stack under watch as lines for a terminal. */
export function view(
  { stack, nodes, gone, events, intervalSeconds, leaseSeconds, busy }: View,
  colours: Colours,
): string[] {
  const lease = leaseSeconds > 0 ? `lease ${leaseSeconds} s` : "no lease";
  const width = Math.max(...nodes.map(({ name }) => name.length));
  return [
    `${colours.bold(stack)}  every ${intervalSeconds} s, ${lease}${busy && `  ${colours.yellow(busy)}`}`,
    "",
    ...nodes.flatMap((node) => nodeLines(node, gone.includes(node.name), width, colours)),
    // The day is known to who looks on.
    ...(events.length > 0
      ? ["", ...events.map((event) => eventLine(event).slice("2026-01-01 ".length))]
      : []),
  ];
}

function nodeLines(
  { name, facts, measured, instances, answers, wasAsked }: WatchedNode,
  isGone: boolean,
  width: number,
  colours: Colours,
): string[] {
  // What the facts say from before is not how it is now.
  const status = facts === undefined || !wasAsked ? "…" : facts.status;
  const colour = {
    HEALTHY: colours.green,
    DEGRADED: colours.yellow,
    UNAVAILABLE: colours.red,
    "…": colours.dim,
  };
  const memory =
    answers && measured
      ? `${gb(measured.mem_available_bytes)} of ${gb(measured.ram_bytes)} GB available`
      : undefined;
  const words = [memory, wasAsked && facts?.reason, isGone ? "given up" : undefined]
    .filter(Boolean)
    .join("; ");
  const blank = " ".repeat(width);
  return [
    `${name.padEnd(width)}  ${colour[status](status.padEnd(words === "" ? 0 : 11))}  ${words}`.trimEnd(),
    ...instances.map(({ id, state, restarts, uptime_s, memory_bytes, memory_limit_bytes }) => {
      const now = answers ? state : `${state} when it answered last`;
      const facts = [
        uptime_s === null || !answers ? undefined : duration(uptime_s),
        restarts > 0 ? `${restarts} ${restarts === 1 ? "restart" : "restarts"}` : undefined,
        memory_bytes && answers ? `${amount(memory_bytes)} of ${amount(memory_limit_bytes ?? 0)}` : undefined,
      ];
      const isFine = ["running", "starting", "completed"].includes(state) && answers;
      return `${blank}  ${id}  ${(isFine ? colours.green : colours.yellow)(now)}  ${facts.filter(Boolean).join(", ")}`.trimEnd();
    }),
  ];
}

/** An event as one line. */
export function eventLine({ at, event, text }: JournalEntry): string {
  return `${at.slice(0, 19).replace("T", " ")}Z  ${event.padEnd(18)}  ${text.replace(/\p{Cc}+/gu, " ")}`;
}

const gb = (bytes: number) => (bytes / 1e9).toFixed(1);
const amount = (bytes: number) => (bytes >= 1e9 ? `${gb(bytes)} GB` : `${Math.round(bytes / 1e6)} MB`);
