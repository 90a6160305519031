import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname, userInfo } from "node:os";
import { dirname } from "node:path";
import { stillNeeded } from "./remembered";
import type { JournalEntry, WatchEvent } from "./watch-event";

const largestBytes = 5_000_000;

/**
 * What all watches of a stack saw and did, one JSON object a line; the file before the last is kept as `….1`. Of what goes, the last
 * one begins with what a later watch has to know.
 */
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
    if (existsSync(this.file) && statSync(this.file).size > largestBytes) this.#makeRoom();
    const file = openSync(this.file, "a+", 0o600);
    try {
      writeFileSync(file, `${endsAmidLine(file) ? "\n" : ""}${JSON.stringify(entry)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return entry;
  }

  /** All that is known, oldest first and each once; a line that was cut off by a kill is none. */
  read(): JournalEntry[] {
    const lines = [`${this.file}.1`, this.file].flatMap((file) =>
      existsSync(file) ? readFileSync(file, "utf8").split("\n") : [],
    );
    return [...new Set(lines)].flatMap(parsed);
  }

  /** A kill amid this loses nothing: what is carried over is in `….1`, too. */
  #makeRoom(): void {
    const needed = stillNeeded(this.read(), new Date()).map((entry) => `${JSON.stringify(entry)}\n`);
    writeFileSync(`${this.file}.new`, needed.join(""), { mode: 0o600 });
    renameSync(this.file, `${this.file}.1`);
    renameSync(`${this.file}.new`, this.file);
  }
}

/** As a kill or a full disk leaves it: what is written next must not be lost with that line. */
function endsAmidLine(file: number): boolean {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last.toString() !== "\n";
}

function parsed(line: string): JournalEntry[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}
