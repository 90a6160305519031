import { readFileSync, statSync } from "node:fs";
import {
  CORE_SCHEMA,
  constructFromEvents,
  EVENT_ID,
  type Event,
  mergeTag,
  parseEvents,
  YAMLException,
} from "js-yaml";
import { ConfigError } from "./config-error";
import type { Finding } from "./finding";
import { indexEvents, keyOf, type Spots } from "./index-events";
import { quote } from "./quote";

const largestBytes = 1_000_000;
// `<<: *name` is no longer YAML, but everybody who writes four machines alike expects it.
const schema = CORE_SCHEMA.withTags(mergeTag);

/** A YAML file that has been read: its value, and where each part of it stands. */
export class Source {
  private constructor(
    readonly value: unknown,
    private readonly position: (offset: number) => string,
    private readonly spots: Spots,
  ) {}

  /** Reads one file. Throws ConfigError for a file that cannot be read or is not one YAML document. */
  static read(file: string): Source {
    const text = readText(file);
    const position = positionsIn(file, text);
    try {
      const events = parseEvents(text, { filename: file });
      rejectOtherThanOneDocument(file, events, position);
      const { spots, findings } = indexEvents(text, events);
      if (findings.length > 0) throw new ConfigError(new Source(undefined, position, spots).lines(findings));
      const [value] = constructFromEvents(events, { source: text, filename: file, schema });
      return new Source(value, position, spots);
    } catch (error) {
      if (error instanceof ConfigError || !(error instanceof Error)) throw error;
      // js-yaml asks its callers to expect more than its own exceptions from bad input.
      const place = error instanceof YAMLException && error.mark ? error.mark.position : 0;
      const reason = error instanceof YAMLException ? error.reason : error.message;
      throw new ConfigError([`${position(place)}  not valid YAML: ${taught(reason)}`]);
    }
  }

  /** A value that was not read from a file of ours. @param origin what stands where else the file's name does */
  static given(origin: string, value: unknown): Source {
    return new Source(value, () => origin, new Map());
  }

  /** One line per finding, in the order of the file: `stacks/lab.yaml:4:11  nodes[0].max_instances: …`. */
  lines(findings: readonly Finding[]): string[] {
    return findings
      .map((finding) => ({ ...finding, offset: this.offset(finding) }))
      .sort((a, b) => a.offset - b.offset)
      .map(({ path, text, offset }) => {
        const subject = path.length > 0 ? `${showPath(path)}: ` : "";
        return `${this.position(offset)}  ${subject}${text}`;
      });
  }

  /** The text of a value as it stands in the file, unless it is in quotes or comes from elsewhere. */
  plainText(path: Finding["path"]): string | undefined {
    return this.spots.get(keyOf(path))?.plain;
  }

  // What is missing, or came from a default, has no place of its own: the nearest thing around it has.
  private offset({ path, atKey }: Finding): number {
    const spot = this.spots.get(keyOf(path));
    if (spot) return atKey ? spot.key : spot.value;
    return path.length > 0 ? this.offset({ path: path.slice(0, -1), text: "" }) : 0;
  }
}

function readText(file: string): string {
  try {
    const stats = statSync(file);
    if (!stats.isFile()) throw new ConfigError([`${file}: not a file`]);
    if (stats.size > largestBytes) {
      const size = Math.round(stats.size / 1_000_000);
      throw new ConfigError([
        `${file}: ${size} MB is too large for a file written by hand, at most 1 MB is read`,
      ]);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      ENOENT: "no such file",
      EACCES: "may not be read by this user",
      ERR_ENCODING_INVALID_ENCODED_DATA: "not UTF-8 text; save it as UTF-8",
    };
    throw new ConfigError([`${file}: ${reasons[code ?? ""] ?? `cannot be read: ${message}`}`]);
  }
}

function rejectOtherThanOneDocument(
  file: string,
  events: readonly Event[],
  position: (offset: number) => string,
): void {
  const documents = events.flatMap(({ type }, at) => (type === EVENT_ID.DOCUMENT ? [at] : []));
  if (documents.length === 0)
    throw new ConfigError([`${file}: the file is empty; docs/reference/ shows what belongs in it`]);
  if (documents.length === 1) return;
  const first = events[documents[1]! + 1]!;
  const offset = "start" in first ? first.start : "valueStart" in first ? first.valueStart : 0;
  throw new ConfigError([`${position(offset)}  a second document starts above; write one per file`]);
}

/** What js-yaml says, with what to do about it. */
function taught(reason: string): string {
  if (reason.startsWith("tab characters")) return `${reason}; use spaces`;
  if (reason.startsWith("deficient indentation"))
    return `${reason}; indent it more, or close the bracket or quote above`;
  const [, depth] = /^nesting exceeded maxDepth \((\d+)\)/.exec(reason) ?? [];
  return depth ? `more than ${depth} brackets or levels are open; close those that are done` : reason;
}

/** `file:line:column` of an offset. The lines are found once: a bad file can have a finding on each of them. */
function positionsIn(file: string, text: string): (offset: number) => string {
  const starts = [0, ...Array.from(text.matchAll(/\r\n|\r|\n/g), (match) => match.index + match[0].length)];
  return (offset) => {
    let [line, after] = [0, starts.length];
    while (after - line > 1) {
      const middle = (line + after) >> 1;
      if (starts[middle]! <= offset) line = middle;
      else after = middle;
    }
    return `${file}:${line + 1}:${offset - starts[line]! + 1}`;
  };
}

function showPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((shown, part) => {
    if (typeof part === "number") return `${shown}[${part}]`;
    const key = String(part);
    if (!/^[\w-]+$/.test(key)) return `${shown}[${quote(key.slice(0, 63))}]`;
    return shown ? `${shown}.${key}` : key;
  }, "");
}
