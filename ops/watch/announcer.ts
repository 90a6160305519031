import type { EventJournal } from "./event-journal";
import { eventLine } from "./view";
import type { JournalEntry, WatchEvent } from "./watch-event";

const shownEvents = 8;

/** Where a watch says what happens: in its journal and, as lines or objects, to who looks on. */
export class Announcer {
  /** The last ones. */
  readonly events: JournalEntry[] = [];
  readonly #complaints = new Set<string>();
  #hasEnded = false;

  /** @param form how events are printed; undefined: they are not, a screen shows `events` */
  constructor(
    private readonly journal: EventJournal,
    private readonly form: "json" | "lines" | undefined,
  ) {}

  say(event: WatchEvent): void {
    if (this.#hasEnded) return;
    const entry = this.#written(event);
    this.events.push(entry);
    this.events.splice(0, this.events.length - shownEvents);
    if (this.form === "json") console.log(JSON.stringify(entry));
    else if (this.form === "lines") console.log(eventLine(entry));
  }

  /** Says nothing any more. */
  end(): void {
    this.#hasEnded = true;
  }

  /** What goes wrong here, such as a full disk, must not end the watch: its stack would end with the leases. */
  complain(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (this.#complaints.has(text)) return;
    this.#complaints.add(text);
    console.error(`berth: ${text}`);
  }

  #written(event: WatchEvent): JournalEntry {
    try {
      return this.journal.add(event);
    } catch (error) {
      this.complain(error);
      return this.journal.entry(event);
    }
  }
}
