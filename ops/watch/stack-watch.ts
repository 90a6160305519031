import { realpathSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ownerHere } from "../../components/owner-here";
import { sshAccess } from "../../components/ssh-access";
import type { Cluster } from "../../topology/cluster";
import { goneNodes } from "../../topology/gone-nodes";
import { sshNodes } from "../../topology/ssh-nodes";
import type { StackFiles } from "../../topology/stack-files";
import { lastFacts, writeFacts } from "../health/facts-file";
import { askKubernetesHealth } from "../kubernetes/ask-health";
import { machineOf } from "../node/machine";
import { NodeSession } from "../node/node-session";
import type { stackState } from "../stack/state";
import { isInForeground } from "../terminal/is-in-foreground";
import { paint } from "../terminal/paint";
import { Announcer } from "./announcer";
import { EventJournal } from "./event-journal";
import { Failover } from "./failover";
import { monotonic } from "./monotonic";
import { NodeLease } from "./node-lease";
import { releaseLeases } from "./release-leases";
import { remembered } from "./remembered";
import { runUp } from "./run-up";
import { Screen } from "./screen";
import { view } from "./view";
import { watchedFacts } from "./watched-facts";
import { WatchedNode } from "./watched-node";

export interface StackWatchOptions {
  readonly configFile?: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

/** How often a watch looks whether something is due, in milliseconds. */
const look = 500;
/** How long the end of a watch may wait for nodes that do not answer any more, in milliseconds. */
const longestEnd = 15_000;

/** All nodes of a stack under watch: asked, leased, and left by a failover where the cluster file wants that. */
export class StackWatch {
  readonly #announcer: Announcer;
  readonly #nodes: readonly WatchedNode[];
  readonly #failover: Failover;
  readonly #leaseSeconds: number;
  readonly #screen = process.stdout.isTTY ? new Screen(process.stdout) : undefined;
  #owner: string | undefined;
  #kubernetes: Awaited<ReturnType<typeof askKubernetesHealth>>;
  #isNew = false;

  constructor(
    private readonly stack: string,
    private readonly options: StackWatchOptions,
    private readonly files: StackFiles,
    private readonly cluster: Cluster,
    private readonly intervalSeconds: number,
    private readonly state: () => ReturnType<typeof stackState>,
  ) {
    const { failover, healthCheck } = cluster;
    const { graceSeconds } = healthCheck;
    const mayMove = failover.enabled && failover.autoRestart && !options.once;
    this.#leaseSeconds = mayMove ? failover.leaseSeconds : 0;
    const journal = new EventJournal(join(files.watch, `${stack}.jsonl`), stack);
    this.#announcer = new Announcer(journal, options.json ? "json" : this.#screen ? undefined : "lines");
    const before = remembered(journal.read(), new Date());
    const over = monotonic() + 1000 * before.leaseSeconds;
    const reached = sshNodes(cluster);
    const access = sshAccess(Object.fromEntries(reached.map(({ name, connection }) => [name, connection])));
    const known = lastFacts(files.facts);
    const watcher = { by: ownerHere(realpathSync(files.watch)), since: new Date().toISOString() };
    this.#nodes = reached.map((node) => {
      const wasLeased = before.leased.has(node.name);
      const lease = new NodeLease(this.#leaseSeconds, wasLeased ? over : Number.NEGATIVE_INFINITY);
      const reach = { node: node.name, stack, access: access.get(node.name)!, gone: "" };
      const facts = known?.nodes[node.name];
      const idleSeconds = 2 * intervalSeconds + 60;
      const session = options.once ? undefined : new NodeSession(reach, node.remoteWorkDir, idleSeconds);
      return new WatchedNode(node, reach, lease, watcher, graceSeconds, facts, wasLeased, session);
    });
    const { configFile } = options;
    this.#failover = new Failover(
      {
        stack,
        goneFolder: join(files.gone, cluster.name),
        autoRestart: failover.autoRestart,
        graceSeconds,
        intervalSeconds,
      },
      {
        nodes: this.#nodes,
        remembered: before,
        gone: () => this.#gone(),
        state,
        machine: (node) => machineOf(node, stack, { ...(configFile !== undefined && { configFile }) }),
        say: (event) => this.#announcer.say(event),
        up: (replace) => runUp(stack, configFile, join(files.watch, `${stack}.up.log`), replace),
      },
    );
  }

  /** One look: nothing is moved, and nobody gets a lease. */
  async once(): Promise<number> {
    await Promise.all([...this.#nodes.map((node) => node.ask(undefined)), this.#askKubernetes()]);
    this.#writeFacts();
    const nodes = this.#nodes.map(({ name, facts, instances }) => ({ name, ...facts, instances }));
    if (this.options.json)
      console.log(JSON.stringify({ stack: this.stack, gone: this.#gone(), nodes }, null, 2));
    else for (const line of this.#view()) console.log(line);
    const fine = ["running", "starting", "completed"];
    const isFine = ({ facts, instances }: WatchedNode) =>
      facts?.status === "HEALTHY" && instances.every(({ state }) => fine.includes(state));
    return this.#nodes.every(isFine) ? 0 : 1;
  }

  async untilEnded(): Promise<number> {
    const ended = this.#ended();
    this.#owner = (await this.state()).owner;
    this.#screen?.clear();
    this.#announcer.say({
      event: "watch-begun",
      lease_seconds: this.#leaseSeconds,
      text: `${this.stack}: ${this.#nodes.length} nodes every ${this.intervalSeconds} s; ${this.#leaseText()}`,
    });
    const begun = monotonic();
    const pause = () => sleep(look, undefined, { signal: ended }).catch(() => {});
    for (let rounds = 0; !ended.aborted && !this.#held; await pause()) {
      if (monotonic() - begun >= rounds * this.intervalSeconds * 1000) {
        rounds = Math.floor((monotonic() - begun) / (this.intervalSeconds * 1000)) + 1;
        void this.#ask().catch((error: unknown) => this.#announcer.complain(error));
      }
      if (this.#isNew) this.#writeFacts();
      // Whoever answers has first said whether another watch is there.
      const haveSaid = this.#nodes.every(({ answers, wasAsked }) => !answers || wasAsked);
      if (this.cluster.failover.enabled && haveSaid) this.#failover.look();
      if (!this.options.json) this.#screen?.show(this.#view());
    }
    const held = this.#held;
    await this.#end();
    if (held) console.error(`berth: ${held.leaseRefused}`);
    // Questions to nodes that do not answer would keep this process for a minute.
    process.exit(held ? 2 : 0);
  }

  /** A node whose lease another watch renews: two would move the same instances. */
  get #held(): WatchedNode | undefined {
    return this.#nodes.find(({ isHeld }) => isHeld);
  }

  #leaseText(): string {
    if (!this.cluster.failover.enabled) return "failover.enabled is false: nothing is moved";
    if (!this.cluster.failover.autoRestart) return "failover.auto_restart is false: it only reports";
    return this.#leaseSeconds > 0
      ? `if it is killed, what runs ends after ${this.#leaseSeconds} s`
      : "lease_seconds is 0: what a lost node runs may run twice";
  }

  /** All that are not being asked: one that takes its time holds up nobody's lease. */
  async #ask(): Promise<void> {
    if (this.cluster.kubernetes) void this.#askKubernetes();
    const gone = this.#gone();
    if (this.#owner === undefined)
      this.#owner = await this.state().then(
        ({ owner }) => owner,
        () => undefined,
      );
    const waiting = this.#nodes.filter(({ isAsked }) => !isAsked);
    const next = async (): Promise<void> => {
      for (let node = waiting.shift(); node; node = waiting.shift()) {
        const isLeased = this.#leaseSeconds > 0 && !gone.includes(node.name);
        for (const event of await node.ask(isLeased ? this.#owner : undefined)) {
          // Destroyed and made anew meanwhile: then the stack is another to the nodes.
          if (event.event === "lease-refused") this.#owner = undefined;
          this.#announcer.say(event);
        }
        this.#isNew = true;
      }
    };
    await Promise.all(Array.from({ length: 32 }, next));
  }

  #gone(): string[] {
    return goneNodes(join(this.files.gone, this.cluster.name));
  }

  #writeFacts(): void {
    this.#isNew = false;
    const before = lastFacts(this.files.facts);
    try {
      writeFacts(this.files.facts, watchedFacts(this.cluster, this.#nodes, this.#kubernetes, before));
    } catch (error) {
      this.#announcer.complain(error);
    }
  }

  /** What the next preview reads of nodes of Kubernetes; it moves their pods itself. */
  async #askKubernetes(): Promise<void> {
    // A kubeconfig that does not do is for `health` to tell.
    this.#kubernetes = await askKubernetesHealth(this.cluster, 1000).catch(() => undefined);
    this.#isNew = true;
  }

  #view(): string[] {
    const busy = this.#failover.running ? "an update is under way" : "";
    return view(
      {
        stack: this.stack,
        nodes: this.#nodes,
        gone: this.#gone(),
        events: this.#announcer.events,
        intervalSeconds: this.intervalSeconds,
        leaseSeconds: this.#leaseSeconds,
        busy,
      },
      paint(process.stdout),
    );
  }

  /** Aborted by the first SIGINT, SIGTERM or SIGHUP, which an update that is under way hears of, too. */
  #ended(): AbortSignal {
    const controller = new AbortController();
    const end = (signal: NodeJS.Signals) => {
      controller.abort();
      // A terminal sends Ctrl-C to both.
      if (signal !== "SIGINT" || !isInForeground())
        this.#failover.running?.child.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
    };
    process.on("SIGINT", end);
    process.on("SIGTERM", end);
    process.on("SIGHUP", end);
    return controller.signal;
  }

  async #end(): Promise<void> {
    this.#failover.end();
    // Before the end of an update, which may take longer than a lease that nobody renews.
    const owner = this.#owner ?? (await this.state().catch(() => undefined))?.owner;
    const released = owner === undefined ? [] : await releaseLeases(this.#nodes, owner, longestEnd);
    if (this.#failover.running) console.error("berth: waits for the end of the update");
    await this.#failover.busy;
    const left = this.#nodes.filter(({ isLeased }) => isLeased).map(({ name }) => name);
    const text =
      left.length > 0
        ? `what runs on ${left.join(", ")} ends with its lease: the end could not be told there`
        : this.#held
          ? "somebody else watches what runs"
          : "what runs goes on unwatched";
    this.#announcer.say({ event: "watch-ended", nodes: released, text });
    this.#announcer.end();
    if (!this.options.json) this.#screen?.show(this.#view());
  }
}
