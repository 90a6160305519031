import type { StackState } from "../stack/state";
import { GivenUpNodes } from "./given-up-nodes";
import { later, monotonic } from "./monotonic";
import { type DeadInstance, NewStarts } from "./new-starts";
import { pauseSeconds } from "./pause-seconds";
import type { RunningUp } from "./run-up";
import { stillHeld } from "./still-held";
import type { FailoverSettings, Surroundings } from "./surroundings";
import type { WatchEvent } from "./watch-event";
import type { WatchedNode } from "./watched-node";

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
  readonly #givenUp: GivenUpNodes;
  readonly #newStarts: NewStarts;
  /** Lost and gone nodes that have nothing of the stack's. */
  #examined = "";
  #known: { for: string; state: StackState } | undefined;
  #failures = 0;
  #noUpdateBefore = Number.NEGATIVE_INFINITY;
  #told = new Set<string>();
  #hasEnded = false;

  constructor(
    private readonly settings: FailoverSettings,
    private readonly around: Surroundings,
  ) {
    this.#unfinished = around.remembered.unfinished;
    this.#givenUp = new GivenUpNodes(settings, around);
    this.#newStarts = new NewStarts(settings.intervalSeconds);
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
    this.#noUpdateBefore = later(this.settings.intervalSeconds);
    this.#givenUp.pause();
    const text = error instanceof Error ? error.message.replace(/^berth: /, "") : String(error);
    this.#tell({ event: "failover-held", text: `tried again until it can be done: ${text}` });
  }

  #dueReturn(): (() => Promise<void>) | undefined {
    const due = this.#givenUp.due();
    return (
      due &&
      (async () => {
        if (!(await due())) return;
        this.#examined = "";
        this.#noUpdateBefore = Number.NEGATIVE_INFINITY;
      })
    );
  }

  #dueUpdate(): (() => Promise<void>) | undefined {
    if (monotonic() < this.#noUpdateBefore) return undefined;
    const { nodes } = this.around;
    const gone = this.around.gone();
    const lost = nodes.filter((one) => !gone.includes(one.name) && this.#isLost(one)).map(({ name }) => name);
    const leave = [...lost, ...gone].sort();
    if (leave.length === 0) this.#told.clear();
    const dead = this.#newStarts.due(nodes.filter(({ name, answers }) => answers && !gone.includes(name)));
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

  async #update(
    leave: readonly string[],
    gone: readonly string[],
    dead: readonly DeadInstance[],
  ): Promise<void> {
    const state = await this.#state(`${leave}`);
    const affected = state.known.filter(({ node }) => leave.includes(node));
    const nodes = [...new Set(affected.map(({ node }) => node))].sort();
    const anew = dead.filter(({ instance, node }) =>
      state.started.some((one) => one.instance.id === instance && one.node === node),
    );
    this.#newStarts.count(dead);
    this.#known = dead.length > 0 ? undefined : this.#known;
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
    for (const node of nodes.filter((one) => !gone.includes(one))) this.#givenUp.giveUp(node);
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

  /** As `stillHeld` says; an update that was begun before has waited, unless the node was taken back since. */
  #stillHeld(name: string, gone: readonly string[], state: StackState): string | undefined {
    const node = this.around.nodes.find((one) => one.name === name);
    const isGone = gone.includes(name);
    if (node === undefined || (this.#unfinished?.includes(name) && isGone)) return undefined;
    return stillHeld(node, isGone, this.settings.stack, state);
  }

  #onlyReport(nodes: readonly string[], anew: readonly DeadInstance[], leave: string): void {
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

  async #runUp(nodes: readonly string[], replace: readonly string[]): Promise<void> {
    this.#unfinished = nodes;
    this.running = this.around.up(replace);
    const { status, said } = await this.running.ended.finally(() => {
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
    const pause = pauseSeconds(this.settings.intervalSeconds, this.#failures);
    this.#noUpdateBefore = later(pause);
    this.around.say({
      event: "failover-failed",
      nodes,
      text: `the update ended with ${status}, again in ${pause} s: ${said}`,
    });
  }

  #tell(event: WatchEvent): void {
    if (this.#told.has(event.text)) return;
    this.#told.add(event.text);
    this.around.say(event);
  }
}
