import type { NodeFacts } from "../../topology/facts";
import type { FactsAnswer } from "../node/ask-facts";
import type { Answer } from "../node/ask-node";

/** Shares of RAM and disk that are to be left, else a node takes nothing new. */
const leastMemory = 0.1;
const leastDisk = 0.05;
/** Where a Raspberry Pi slows itself down; a Jetson does soon after. */
const hottest = 85;

export interface Asked {
  readonly answer: Answer<FactsAnswer>;
  /** What was known of it before; undefined: nobody had asked. */
  readonly before: NodeFacts | undefined;
  readonly now: Date;
  /** How long a node that had answered may be silent. */
  readonly graceSeconds: number;
}

/**
 * How a node is. One that is short of something is DEGRADED: it keeps what it has, so that nobody's own instances drive them away,
 * and takes nothing new. So is one that had answered and is silent, until the grace is over; then it is UNAVAILABLE.
 */
export function nodeHealth({ answer, before, now, graceSeconds }: Asked): NodeFacts {
  if ("problem" in answer) return silent(firstLine(answer.problem), before, now, graceSeconds);
  const { facts, holdings, notes } = answer.answer;
  const shortages = shortagesOf(answer.answer);
  return {
    status: shortages.length > 0 ? "DEGRADED" : "HEALTHY",
    ...(shortages.length > 0 && { reason: shortages.join(", ") }),
    memory_available_bytes: facts.mem_available_bytes,
    holdings: holdings.map(({ used_bytes: _now, ...holding }) => holding),
    notes,
  };
}

function shortagesOf({ facts, holdings }: FactsAnswer): string[] {
  const memoryUsed = 1 - facts.mem_available_bytes / facts.ram_bytes;
  const own = holdings.reduce((sum, { used_bytes }) => sum + (used_bytes ?? 0), 0) / facts.ram_bytes;
  const ownText = own >= 0.01 ? ` (${percent(own)} by Berth's instances)` : "";
  const diskFree = facts.disk_free_bytes / facts.disk_bytes;
  const heat = facts.temperature_c ?? 0;
  return [
    ...(memoryUsed > 1 - leastMemory ? [`${percent(memoryUsed)} of its memory is used${ownText}`] : []),
    ...(diskFree < leastDisk ? [`${(facts.disk_free_bytes / 1e9).toFixed(1)} GB of its disk are free`] : []),
    ...(heat >= hottest ? [`it is ${Math.round(heat)} °C hot`] : []),
  ];
}

/** It holds what it held, but who moved meanwhile is not known here: the states know. */
function silent(problem: string, before: NodeFacts | undefined, now: Date, graceSeconds: number): NodeFacts {
  const answered = before !== undefined && before.status !== "UNAVAILABLE";
  const since = before?.silent_since ?? (answered ? now.toISOString() : undefined);
  if (since === undefined) return { status: "UNAVAILABLE", reason: problem, holdings: [] };
  const seconds = Math.round((now.getTime() - Date.parse(since)) / 1000);
  const isOver = seconds >= graceSeconds;
  const reason = `silent for ${seconds} s, unavailable after ${graceSeconds} s: ${problem}`;
  return {
    status: isOver ? "UNAVAILABLE" : "DEGRADED",
    reason: isOver ? problem : reason,
    silent_since: since,
    holdings: [],
  };
}

const firstLine = (text: string) => text.split("\n")[0]!;
const percent = (share: number) => `${Math.round(100 * share)} %`;
