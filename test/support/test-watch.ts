import { type ChildProcess, spawn } from "node:child_process";
import type { Workspace } from "../../lab/workspace";
import type { JournalEntry, WatchEvent } from "../../ops/watch/watch-event";

/** A `./berth watch --json` that runs, in a process group of its own. */
export class TestWatch {
  readonly events: JournalEntry[] = [];
  /** What it printed besides. */
  said = "";
  readonly #child: ChildProcess;
  /** Its exit status. */
  readonly ended: Promise<number | null>;
  #woken: () => void = () => {};

  constructor(
    { stack, configFile, env }: Pick<Workspace, "stack" | "configFile" | "env">,
    ...args: string[]
  ) {
    this.#child = spawn("./berth", ["watch", stack, "--config-file", configFile, "--json", ...args], {
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let tail = "";
    this.#child.stdout!.setEncoding("utf8").on("data", (chunk) => {
      const lines = `${tail}${chunk}`.split("\n");
      tail = lines.pop()!;
      for (const line of lines) this.events.push(JSON.parse(line));
      this.#woken();
    });
    this.#child.stderr!.setEncoding("utf8").on("data", (chunk) => {
      this.said += chunk;
      this.#woken();
    });
    this.ended = new Promise((done) => this.#child.on("close", done));
    void this.ended.then(() => this.#woken());
  }

  /** Events of a kind, about a node or instance if one is named. */
  all(event: WatchEvent["event"], about?: string): JournalEntry[] {
    return this.events.filter(
      (one) => one.event === event && (about === undefined || one.node === about || one.instance === about),
    );
  }

  /** Resolves with the first such event after the first `after` events; throws when the watch ends or four minutes pass before. */
  async until(event: WatchEvent["event"], about?: string, after = 0): Promise<JournalEntry> {
    const late = Date.now() + 240_000;
    for (;;) {
      const found = this.all(event, about).find((one) => this.events.indexOf(one) >= after);
      if (found) return found;
      const why =
        this.#child.exitCode !== null || this.#child.signalCode !== null
          ? "it has ended"
          : Date.now() > late && "too late";
      if (why) throw new Error(`no ${event}: ${why}\n${this.words()}`);
      await new Promise<void>((done) => {
        const timer = setTimeout(done, 1000);
        this.#woken = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
  }

  words(): string {
    return [...this.events.map(({ at, event, text }) => `${at} ${event} ${text}`), this.said].join("\n");
  }

  /** Ends it as Ctrl-C does; resolves with its exit status. */
  end(): Promise<number | null> {
    this.#child.kill("SIGINT");
    return this.ended;
  }

  /** `kill -9`, with all that it has started: this computer loses its power. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null)
      process.kill(-this.#child.pid!, "SIGKILL");
    await this.ended;
  }
}
