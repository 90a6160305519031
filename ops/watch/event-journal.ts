import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { hostname, userInfo } from "node:os";
import { dirname } from "node:path";
import type { JournalEntry, WatchEvent } from "./watch-event";

const largestBytes = 5_000_000;

/** What all watches of a stack saw and did, one JSON object a line; the file before the last is kept as `….1`. */
export class EventJournal {
  readonly #by = `${userInfo().username}@${hostname()}`;

  constructor(
    readonly file: string,
    readonly stack: string,
  ) {}

  /** An event as it is written down now. */
  entry(event: WatchEvent): JournalEntry {
    return { at: new Date().toISOString(), stack: this.stack, by: this.#by, pid: process.pid, ...event };
  }

  /** Writes an event down for good, and returns it as written: a watch that is killed next has said so. */
  add(event: WatchEvent): JournalEntry {
    const entry = this.entry(event);
    mkdirSync(dirname(this.file), { recursive: true });
    if (existsSync(this.file) && statSync(this.file).size > largestBytes)
      renameSync(this.file, `${this.file}.1`);
    const file = openSync(this.file, "a", 0o600);
    try {
      writeSync(file, `${JSON.stringify(entry)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return entry;
  }

  /** All that is known, oldest first; a line that was cut off by a kill is none. */
  read(): JournalEntry[] {
    return [`${this.file}.1`, this.file].flatMap((file) =>
      existsSync(file) ? readFileSync(file, "utf8").split("\n").flatMap(parsed) : [],
    );
  }
}

function parsed(line: string): JournalEntry[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}
