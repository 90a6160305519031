import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE, type ScalarEvent } from "js-yaml";
import type { Finding } from "./finding";

/** Offsets of every key and value, by `keyOf` their path; `plain` is the text of a value without quotes. */
export type Spots = Map<string, { key: number; value: number; plain?: string }>;

// Aliases of aliases multiply: ten short lines can stand for a billion values. A file of 1 MB without any stays below.
const mostValues = 1_000_000;

export function keyOf(path: readonly PropertyKey[]): string {
  return path.map(String).join("\0");
}

/** Where each value of the one document stands; and what the parser lets pass but nobody means. */
export function indexEvents(text: string, events: readonly Event[]): { spots: Spots; findings: Finding[] } {
  const spots: Spots = new Map();
  const findings: Finding[] = [];
  const sizes = new Map<string, number>();
  let next = 1;

  /** Walks one value; returns how many values it stands for once its aliases are written out. */
  function walk(path: readonly PropertyKey[], key: number): number {
    const event = events[next++]!;
    const start = startOf(event, key);
    spots.set(keyOf(path), {
      key: key < 0 ? start : key,
      value: start,
      ...(isPlain(event) && { plain: getScalarValue(text, event) }),
    });
    let size = 1;
    if (event.type === EVENT_ID.ALIAS) {
      const name = text.slice(event.anchorStart, event.anchorEnd);
      const target = sizes.get(name);
      if (target === undefined)
        findings.push({
          path,
          text: `the alias *${name} names no value that ends above it; write the value out`,
        });
      return target ?? 1;
    }
    if (event.type === EVENT_ID.SEQUENCE) {
      for (let index = 0; events[next]!.type !== EVENT_ID.POP; index++) size += walk([...path, index], -1);
      next++;
    } else if (event.type === EVENT_ID.MAPPING) {
      while (events[next]!.type !== EVENT_ID.POP) size += walkPair(path);
      next++;
    }
    if ("anchorStart" in event && event.anchorStart >= 0) {
      sizes.set(text.slice(event.anchorStart, event.anchorEnd), size);
    }
    return size;
  }

  function walkPair(path: readonly PropertyKey[]): number {
    const event = events[next]!;
    if (event.type !== EVENT_ID.SCALAR) {
      findings.push({ path, text: "a key must be plain text, not a list, a map or an alias" });
      return walk([...path, "?"], -1) + walk([...path, "?"], -1);
    }
    next++;
    const name = getScalarValue(text, event);
    const inner = [...path, name];
    const start = startOf(event, -1);
    // It would vanish: an object of JavaScript means something else by it.
    if (name === "__proto__") findings.push({ path: inner, atKey: true, text: "no key can be called that" });
    if (spots.has(keyOf(inner))) findings.push({ path: inner, atKey: true, text: "written twice; keep one" });
    return walk(inner, start);
  }

  if (walk([], -1) > mostValues) {
    findings.push({
      path: [],
      text: `its aliases (*name) expand to more than ${mostValues} values; write them out`,
    });
  }
  return { spots, findings };
}

/** @param key where to point when an empty value has no place of its own */
function startOf(event: Event, key: number): number {
  if ("start" in event) return event.start;
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart - 1;
  if (event.type !== EVENT_ID.SCALAR) return 0;
  const start = event.valueStart < 0 ? key : event.valueStart - (isQuoted(event) ? 1 : 0);
  return Math.max(0, start);
}

function isPlain(event: Event): event is ScalarEvent {
  return event.type === EVENT_ID.SCALAR && event.style === SCALAR_STYLE.PLAIN && event.valueStart >= 0;
}

function isQuoted({ style }: ScalarEvent): boolean {
  return style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;
}
