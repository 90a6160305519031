import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { nodeRequest } from "../../components/node-program";
import { type Reach, reachEnvironment, runOnNodePath } from "../../components/reach";
import { type Ended, runOnNode, runOnNodeWith } from "./run-on-node";

/** As long as `run-on-node.sh` waits beyond the deadline that a node keeps by itself, in seconds. */
const margin = 15;

/**
 * A session with one node, for who asks it again and again: one connection and one Python that answers line by line, where a
 * request by itself costs both sides two processes, a login and all imports. It is opened after a request by itself was answered, and
 * whatever goes wrong with it the next request, or the one that was under way, goes by itself again: so that all that a connection
 * can lack is told by `run-on-node.sh` alone. It ends with this process, however that ends.
 */
export class NodeSession {
  #child: ChildProcess | undefined;
  #isReady = false;
  #heard: (line: string | undefined) => void = () => {};

  /** @param idleSeconds without a question after which the node ends it */
  constructor(
    private readonly reach: Reach,
    private readonly workDir: string,
    private readonly idleSeconds: number,
  ) {}

  /** Whether the next request will go over it. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Sends one request, as `runOnNode` does. One at a time. Never throws for what is wrong over there. */
  async run(verb: string, input: string, seconds: number): Promise<Ended> {
    const { reach } = this;
    if (this.#isReady) {
      const ended = await this.#ask(verb, input, seconds);
      if (ended) return ended;
      const arrived = { ...reachEnvironment(reach, seconds), BERTH_ARRIVED: "yes" };
      return runOnNodeWith(arrived, verb, input);
    }
    const ended = await runOnNode(reach, verb, input, seconds);
    if (ended.status === 0 && !this.#child) this.#open();
    return ended;
  }

  /** Ends it; the next request opens another. */
  end(): void {
    this.#child?.stdin?.destroy();
    this.#child?.stdout?.destroy();
    this.#child = undefined;
    this.#isReady = false;
    this.#heard(undefined);
  }

  /** Resolves with undefined when the session was lost: nobody knows whether the request arrived. */
  async #ask(verb: string, input: string, seconds: number): Promise<Ended | undefined> {
    const limit = seconds + margin;
    let late: NodeJS.Timeout | undefined;
    const hangs = new Promise<"late">((resolve) => {
      late = setTimeout(() => resolve("late"), limit * 1000);
    });
    const heard = new Promise<string | undefined>((resolve) => {
      this.#heard = resolve;
    });
    this.#child!.stdin!.write(`[${JSON.stringify(verb)}, ${input}]\n`);
    const line = await Promise.race([heard, hangs]);
    clearTimeout(late);
    if (line === "late") {
      this.end();
      const stderr = `berth: DeadlineExceeded: ${this.reach.node} has not ended ${verb} in ${limit} s; see whether it hangs, then run this again`;
      return { status: 1, stdout: "", stderr };
    }
    const ended = line === undefined ? undefined : parsed(line);
    if (!ended) this.end();
    return ended;
  }

  #open(): void {
    const { reach, workDir, idleSeconds } = this;
    const child = spawn("sh", [runOnNodePath, "session"], {
      env: { ...process.env, ...reachEnvironment(reach, 20) },
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.#child = child;
    const request = {
      deadline_s: 20,
      idle_s: idleSeconds,
      work_dir: workDir,
      stack: reach.stack,
      owner: "",
    };
    child.stdin.on("error", () => {}).write(`${nodeRequest(request)}\n`);
    createInterface(child.stdout.on("error", () => {})).on("line", (line) => {
      if (this.#child !== child) return;
      if (this.#isReady) this.#heard(line);
      // A login that prints something first is no use for this.
      else if (line === '{"ok": true}') this.#isReady = true;
      else this.end();
    });
    const lost = () => {
      if (this.#child === child) this.end();
    };
    child.on("error", lost).on("close", lost);
  }
}

/** Undefined where its process was killed, or where this is no answer. */
function parsed(line: string): Ended | undefined {
  try {
    const ended = JSON.parse(line) as Ended;
    return typeof ended.status === "number" ? ended : undefined;
  } catch {
    return undefined;
  }
}
