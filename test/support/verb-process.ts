import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestBed } from "./test-bed";

/** A verb of `./berth` that goes on until it is told to end. */
export class VerbProcess {
  output = "";

  private constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        this.output += chunk;
      });
  }

  static start(bed: TestBed, verb: string, ...args: string[]): VerbProcess {
    const { stack, configFile, env } = bed.workspace;
    const all = ["berth", verb, stack, "--config-file", configFile, ...args];
    return new VerbProcess(spawn(process.execPath, all, { env, stdio: ["ignore", "pipe", "pipe"] }));
  }

  /** Resolves once it has said so; throws with what it said instead. */
  async says(words: RegExp): Promise<RegExpExecArray> {
    for (const deadline = Date.now() + 120_000; ; await sleep(50)) {
      const found = words.exec(this.output);
      if (found) return found;
      if (Date.now() > deadline || this.child.exitCode !== null)
        throw new Error(`it never said ${words}:\n${this.output}`);
    }
  }

  /** Sends it a signal; resolves with its exit status and the signal that ended it. */
  async end(signal: NodeJS.Signals): Promise<[number | null, NodeJS.Signals | null]> {
    const ended = once(this.child, "close");
    this.child.kill(signal);
    return (await ended) as [number | null, NodeJS.Signals | null];
  }
}
