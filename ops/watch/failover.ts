import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { clearAway, leaveFolder } from "../gone/take-back";
import { tombstones } from "../gone/tombstones";
import type { Machine } from "../node/machine";
import type { StackState } from "../stack/state";
import type { Remembered } from "./remembered";
import type { RunningUp } from "./run-up";
import type { WatchEvent } from "./watch-event";
import { monotonic, type WatchedNode } from "./watched-node";

export interface FailoverSettings {
  readonly stack: string;
  /** Of the cluster: below it lies a folder for each node that was given up. */
  readonly goneFolder: string;
  readonly autoRestart: boolean;
  readonly graceSeconds: number;
  readonly intervalSeconds: number;
}

/** What a failover sees and uses. */
export interface Surroundings {
  readonly nodes: readonly WatchedNode[];
  readonly remembered: Remembered;
  gone(): readonly string[];
  state(): Promise<StackState>;
  machine(node: string): Machine;
  say(event: WatchEvent): void;
  /** Starts a normal update that starts these instances anew. */
  up(replace: readonly string[]): RunningUp;
}

const longestSteadySeconds = 3600;
const longestPauseSeconds = 600;

/**
 * Leaves nodes that are lost, by a normal update; starts anew what died with its supervisor; and takes nodes back when they are
 * steady again. One thing at a time, and what is begun is in the journal first: a watch that follows a killed one goes on.
 */
export class Failover {
  /** What is under way. */
  busy: Promise<void> | undefined;
  /** The update that is under way. */
  running: RunningUp | undefined;
  #unfinished: readonly string[] | undefined;
  readonly #givenUp: Set<string>;
  readonly #timesGivenUp: Map<string, number>;
  readonly #startedAnew = new Map<string, { times: number; at: number }>();
  /** Lost and gone nodes that have nothing of the stack's. */
  #examined = "";
  #known: { for: string; state: StackState } | undefined;
  #failures = 0;
  #noUpdateBefore = Number.NEGATIVE_INFINITY;
  #noReturnBefore = Number.NEGATIVE_INFINITY;
  #told = new Set<string>();
  #hasEnded = false;

  constructor(
    private readonly settings: FailoverSettings,
    private readonly around: Surroundings,
  ) {
    this.#unfinished = around.remembered.unfinished;
    this.#givenUp = new Set(around.remembered.givenUp);
    this.#timesGivenUp = new Map(around.remembered.timesGivenUp);
  }

  /** Begins what is due, unless something is under way. */
  look(): void {
    if (this.busy !== undefined || this.#hasEnded) return;
    try {
      const due = this.#dueReturn() ?? this.#dueUpdate();
      this.busy = due?.()
        .catch((error: unknown) => this.#cannot(error))
        .finally(() => {
          this.busy = undefined;
        });
    } catch (error) {
      this.#cannot(error);
    }
  }

  /** Begins no update any more. */
  end(): void {
    this.#hasEnded = true;
  }

  /** A file being edited, a state that cannot be read just now: a watch that died of it would end its stack with the leases. */
  #cannot(error: unknown): void {
    this.#noUpdateBefore = this.#noReturnBefore = later(this.settings.intervalSeconds);
    const text = error instanceof Error ? error.message.replace(/^berth: /, "") : String(error);
    this.#tell({ event: "failover-held", text: `tried again until it can be done: ${text}` });
  }

  /** Of nodes that a watch gave up; what people gave up is theirs to take back. */
  #dueReturn(): (() => Promise<void>) | undefined {
    if (monotonic() < this.#noReturnBefore) return undefined;
    const gone = this.around.gone();
    for (const one of this.around.nodes) {
      if (!gone.includes(one.name) || !this.#givenUp.has(one.name) || !one.answers) continue;
      const machine = this.around.machine(one.name);
      // Its orphans go at once: they wait for nothing but this.
      if (tombstones(machine.folder).length > 0) return () => this.#clear(machine);
      // By its answers, not by the time that has passed: the next question may be in vain already.
      if (one.answeredLast - one.answeringSince! >= 1000 * this.#steadySeconds(one.name))
        return () => this.#takeBack(machine);
    }
    return undefined;
  }

  /** How long a node has to answer without a break before it is used again: longer each time that it was lost. */
  #steadySeconds(node: string): number {
    const { graceSeconds, intervalSeconds } = this.settings;
    const times = Math.max(1, this.#timesGivenUp.get(node) ?? 1);
    return Math.min(longestSteadySeconds, Math.max(graceSeconds, 2 * intervalSeconds) * 2 ** (times - 1));
  }

  async #clear(machine: Machine): Promise<void> {
    const problem = await clearAway(machine, ({ verb, what }) =>
      this.around.say({
        event: "node-cleared",
        node: machine.name,
        text: `${machine.name}: ${verb} ${what}, kept for its return: done`,
      }),
    );
    if (problem !== undefined) this.#noReturnBefore = later(this.settings.intervalSeconds);
  }

  async #takeBack(machine: Machine): Promise<void> {
    const { name } = machine;
    const problem = (await clearAway(machine, () => {})) ?? leaveFolder(machine.folder);
    if (problem !== undefined) this.#noReturnBefore = later(this.settings.intervalSeconds);
    if (this.around.gone().includes(name)) return;
    this.#givenUp.delete(name);
    this.#examined = "";
    this.#noUpdateBefore = Number.NEGATIVE_INFINITY;
    this.around.say({ event: "node-returned", node: name, text: `${name} is back: it may be used again` });
  }

  #dueUpdate(): (() => Promise<void>) | undefined {
    if (monotonic() < this.#noUpdateBefore) return undefined;
    const { nodes } = this.around;
    const gone = this.around.gone();
    const lost = nodes.filter((one) => !gone.includes(one.name) && this.#isLost(one)).map(({ name }) => name);
    const leave = [...lost, ...gone].sort();
    if (leave.length === 0) this.#told.clear();
    const dead = this.#dead(gone);
    const isNew = leave.length > 0 && `${leave}` !== this.#examined;
    if (!isNew && dead.length === 0 && !this.#canGoOn(leave)) return undefined;
    if (nodes.some((one) => one.answers)) return () => this.#update(leave, gone, dead);
    const text = "no node answers: that may be this computer's own network, and nothing is moved for it";
    if (lost.length > 0) this.#tell({ event: "nobody-answers", text });
    return undefined;
  }

  #isLost({ silentSince }: WatchedNode): boolean {
    return silentSince !== undefined && monotonic() - silentSince >= 1000 * this.settings.graceSeconds;
  }

  /** Whether it is known of every node of an unfinished update how it is. */
  #canGoOn(leave: readonly string[]): boolean {
    return (
      this.#unfinished?.every(
        (name) =>
          leave.includes(name) || this.around.nodes.find((one) => one.name === name)?.answers !== false,
      ) ?? false
    );
  }

  /** Instances whose supervisor died, with the node: two answers said so, and the last start is long enough ago. */
  #dead(gone: readonly string[]): { instance: string; node: string }[] {
    const now = monotonic();
    const isDue = (instance: string) => {
      const { times, at } = this.#startedAnew.get(instance) ?? { times: 0, at: now };
      const pauseSeconds = Math.min(longestPauseSeconds, this.settings.intervalSeconds * 2 ** times);
      return times === 0 || now - at >= 1000 * pauseSeconds;
    };
    return this.around.nodes
      .filter(({ name, answers }) => answers && !gone.includes(name))
      .flatMap(({ name, deadTwice }) => deadTwice.map((instance) => ({ instance, node: name })))
      .filter(({ instance }) => isDue(instance));
  }

  async #update(
    leave: readonly string[],
    gone: readonly string[],
    dead: readonly { instance: string; node: string }[],
  ): Promise<void> {
    const state = await this.#state(`${leave}`);
    const affected = state.known.filter(({ node }) => leave.includes(node));
    const nodes = [...new Set(affected.map(({ node }) => node))].sort();
    const anew = dead.filter(({ instance, node }) =>
      state.started.some((one) => one.instance.id === instance && one.node === node),
    );
    this.#countStarts(dead);
    if (nodes.length === 0 && anew.length === 0 && this.#unfinished === undefined) {
      this.#examined = `${leave}`;
      return;
    }
    const instances = [...affected, ...anew].map(({ instance }) => instance);
    if (!this.settings.autoRestart) return this.#onlyReport(nodes, anew, `${leave}`);
    for (const node of nodes) {
      const wait = this.#stillHeld(node, gone, state);
      if (wait === undefined) continue;
      if (wait) this.#tell({ event: "failover-held", node, text: wait });
      return;
    }
    if (this.#hasEnded) return;
    const left = affected.map(({ instance, node }) => `${instance} leaves ${node}`);
    const again = anew.map(({ instance, node }) => `${instance} starts anew on ${node}`);
    this.around.say({
      event: "failover-begun",
      nodes,
      instances,
      text: [...left, ...again].join(", ") || "goes on with what was begun",
    });
    for (const node of nodes.filter((one) => !gone.includes(one))) this.#giveUp(node);
    await this.#runUp(
      nodes,
      anew.map(({ instance }) => instance),
    );
  }

  /** Read once for each set of nodes: it takes a second of Pulumi's time. */
  async #state(leave: string): Promise<StackState> {
    if (this.#known?.for !== leave) this.#known = { for: leave, state: await this.around.state() };
    return this.#known.state;
  }

  #countStarts(dead: readonly { instance: string }[]): void {
    const now = monotonic();
    for (const { instance } of dead) {
      const before = this.#startedAnew.get(instance);
      const isLong = before !== undefined && now - before.at > 2000 * longestPauseSeconds;
      this.#startedAnew.set(instance, { times: isLong ? 1 : (before?.times ?? 0) + 1, at: now });
    }
    this.#known = dead.length > 0 ? undefined : this.#known;
  }

  /**
   * Why what ran on a node may run on there: undefined when it does not, nothing but waiting helps when the text is empty. An update
   * that was begun before has waited, unless the node was taken back since.
   */
  #stillHeld(name: string, gone: readonly string[], state: StackState): string | undefined {
    const node = this.around.nodes.find((one) => one.name === name);
    if (node === undefined || (this.#unfinished?.includes(name) && gone.includes(name))) return undefined;
    const { lease } = node;
    const graces = state.started
      .filter((one) => one.node === name)
      .map(({ instance }) => instance.stop_grace_s);
    if (monotonic() < lease.endedAt(Math.max(0, ...graces.map((seconds) => seconds ?? 10)))) return "";
    if (lease.seconds === 0 || gone.includes(name)) return undefined;
    const byHand = `if it is gone for good:  ./berth gone ${name} ${this.settings.stack}`;
    if (!node.isLeased)
      return `${name} is lost, but has no lease that would have ended what runs there${node.leaseRefused && ` (${node.leaseRefused})`}; ${byHand}`;
    if (node.leaseless.length > 0)
      return `${name} is lost, but ${node.leaseless.join(", ")} was started by an earlier version and keeps to no lease; ${byHand}`;
    return undefined;
  }

  #onlyReport(nodes: readonly string[], anew: readonly { instance: string }[], leave: string): void {
    const { stack } = this.settings;
    const lost = nodes.map((node) => `./berth gone ${node} ${stack}`);
    const replace = anew.map(({ instance }) => ` --replace '**::${instance}-start'`).join("");
    const up = `./berth up ${stack}${replace && ` --${replace}`}`;
    this.#tell({
      event: "failover-needed",
      nodes,
      text: `failover.auto_restart is false; by hand:  ${[...lost, up].join(" && ")}`,
    });
    this.#examined = leave;
    this.#unfinished = undefined;
  }

  /** In the journal first: whoever comes after a watch that was killed here must not take it for what a person gave up. */
  #giveUp(node: string): void {
    this.around.say({ event: "node-given-up", node, text: `${node} is given up until it is steady again` });
    this.#givenUp.add(node);
    this.#timesGivenUp.set(node, (this.#timesGivenUp.get(node) ?? 0) + 1);
    mkdirSync(join(this.settings.goneFolder, node), { recursive: true, mode: 0o700 });
  }

  async #runUp(nodes: readonly string[], replace: readonly string[]): Promise<void> {
    this.#unfinished = nodes;
    this.running = this.around.up(replace);
    const { status, lastLines } = await this.running.ended.finally(() => {
      this.running = undefined;
    });
    this.#known = undefined;
    this.#examined = "";
    if (status === 0) {
      this.#unfinished = undefined;
      this.#failures = 0;
      this.around.say({ event: "failover-done", nodes, text: "the update has succeeded" });
      return;
    }
    this.#failures += 1;
    const pauseSeconds = Math.min(longestPauseSeconds, this.settings.intervalSeconds * 2 ** this.#failures);
    this.#noUpdateBefore = later(pauseSeconds);
    const said = lastLines.filter((line) => /berth: |error: /.test(line)).at(-1) ?? lastLines.at(-1) ?? "";
    this.around.say({
      event: "failover-failed",
      nodes,
      text: `the update ended with ${status}, again in ${pauseSeconds} s: ${said}`,
    });
  }

  #tell(event: WatchEvent): void {
    if (this.#told.has(event.text)) return;
    this.#told.add(event.text);
    this.around.say(event);
  }
}

const later = (seconds: number): number => monotonic() + 1000 * seconds;
