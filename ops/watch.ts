import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sshAccess } from "../components/ssh-access";
import type { Cluster } from "../topology/cluster";
import { ConfigError } from "../topology/config-error";
import type { FactsSnapshot } from "../topology/facts";
import { goneNodes } from "../topology/gone-nodes";
import { loadTopology } from "../topology/load-topology";
import { sshNodes } from "../topology/ssh-nodes";
import { type StackFiles, stackFiles } from "../topology/stack-files";
import { lastFacts, writeFacts } from "./health/facts-file";
import { mergedFacts } from "./health/merged-facts";
import { askKubernetesHealth } from "./kubernetes/ask-health";
import { kubernetesHealth } from "./kubernetes/health";
import { machineOf } from "./node/machine";
import { pulumiSetUp, stackState } from "./stack/state";
import { isInForeground } from "./terminal/is-in-foreground";
import { paint } from "./terminal/paint";
import { EventJournal } from "./watch/event-journal";
import { Failover } from "./watch/failover";
import { NodeLease } from "./watch/node-lease";
import { onlyWatch } from "./watch/only-watch";
import { releaseLeases } from "./watch/release-leases";
import { remembered } from "./watch/remembered";
import { runUp } from "./watch/run-up";
import { Screen } from "./watch/screen";
import { eventLine, view } from "./watch/view";
import type { JournalEntry, WatchEvent } from "./watch/watch-event";
import { monotonic, WatchedNode } from "./watch/watched-node";

export interface WatchOptions {
  configFile?: string;
  /** Seconds, in the place of the cluster's `health_check.interval_seconds`. */
  interval?: string;
  once?: boolean;
  json?: boolean;
}

/** How often a watch looks whether something is due, in milliseconds. */
const look = 500;
const shownEvents = 8;
/** How long the end of a watch may wait for nodes that do not answer any more, in milliseconds. */
const longestEnd = 15_000;

/**
 * Asks all nodes of a stack again and again how they are, keeps what is new in a journal and, where the cluster file wants that,
 * moves what a lost node had by a normal update. Ends with SIGINT or SIGTERM. Returns the exit status: 0 it was ended; with
 * `once` 0 all are healthy and all that should run does, 1 otherwise. Throws ConfigError.
 */
export async function watch(stack: string, options: WatchOptions): Promise<number> {
  const files = stackFiles(stack, options.configFile);
  const { cluster } = loadTopology(files);
  const intervalSeconds = intervalOf(options, cluster);
  if (!cluster.healthCheck.enabled)
    throw new ConfigError([`berth: health_check.enabled is false in ${files.cluster}, so nobody is asked`]);
  mkdirSync(files.watch, { recursive: true });
  const env = await pulumiSetUp();
  const free = options.once ? () => {} : await onlyWatch(files.watch, stack);
  try {
    const one = new Watch(stack, options, files, cluster, intervalSeconds, () => stackState(stack, env));
    return await (options.once ? one.once() : one.untilEnded());
  } finally {
    free();
  }
}

function intervalOf({ interval }: WatchOptions, { healthCheck, failover }: Cluster): number {
  if (interval === undefined) return healthCheck.intervalSeconds;
  if (!/^[1-9]\d{0,4}$/.test(interval))
    throw new ConfigError([
      `berth: --interval: expected whole seconds from 1, such as 10, got "${interval}"`,
    ]);
  const [seconds, lease] = [Number(interval), failover.leaseSeconds];
  if (lease > 0 && lease < 2 * seconds)
    throw new ConfigError([
      `berth: --interval ${seconds}: the lease of ${lease} s is less than twice that; set failover.lease_seconds to ${2 * seconds} or more`,
    ]);
  return seconds;
}

class Watch {
  readonly #journal: EventJournal;
  readonly #nodes: readonly WatchedNode[];
  readonly #failover: Failover;
  readonly #events: JournalEntry[] = [];
  readonly #leaseSeconds: number;
  readonly #screen = process.stdout.isTTY ? new Screen(process.stdout) : undefined;
  #owner: string | undefined;
  #kubernetes: Awaited<ReturnType<typeof askKubernetesHealth>>;
  #isNew = false;
  #hasEnded = false;
  readonly #complaints = new Set<string>();

  constructor(
    private readonly stack: string,
    private readonly options: WatchOptions,
    private readonly files: StackFiles,
    private readonly cluster: Cluster,
    private readonly intervalSeconds: number,
    private readonly state: () => ReturnType<typeof stackState>,
  ) {
    const { failover, healthCheck } = cluster;
    const { graceSeconds } = healthCheck;
    const mayMove = failover.enabled && failover.autoRestart && !options.once;
    this.#leaseSeconds = mayMove ? failover.leaseSeconds : 0;
    this.#journal = new EventJournal(join(files.watch, `${stack}.jsonl`), stack);
    const before = remembered(this.#journal.read(), new Date());
    const over = monotonic() + 1000 * before.leaseSeconds;
    const reached = sshNodes(cluster);
    const access = sshAccess(Object.fromEntries(reached.map(({ name, connection }) => [name, connection])));
    const known = lastFacts(files.facts);
    this.#nodes = reached.map((node) => {
      const wasLeased = before.leased.has(node.name);
      const lease = new NodeLease(this.#leaseSeconds, wasLeased ? over : Number.NEGATIVE_INFINITY);
      const reach = { node: node.name, stack, access: access.get(node.name)!, gone: "" };
      return new WatchedNode(node, reach, lease, graceSeconds, known?.nodes[node.name], wasLeased);
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
        say: (event) => this.#say(event),
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
    this.#say({
      event: "watch-begun",
      lease_seconds: this.#leaseSeconds,
      text: `${this.stack}: ${this.#nodes.length} nodes every ${this.intervalSeconds} s; ${this.#leaseText()}`,
    });
    const begun = monotonic();
    for (let rounds = 0; !ended.aborted; await sleep(look, undefined, { signal: ended }).catch(() => {})) {
      if (monotonic() - begun >= rounds * this.intervalSeconds * 1000) {
        rounds = Math.floor((monotonic() - begun) / (this.intervalSeconds * 1000)) + 1;
        void this.#ask().catch((error: unknown) => this.#complain(error));
      }
      if (this.#isNew) this.#writeFacts();
      if (this.cluster.failover.enabled) this.#failover.look();
      if (!this.options.json) this.#screen?.show(this.#view());
    }
    await this.#end();
    // Questions to nodes that do not answer would keep this process for a minute.
    process.exit(0);
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
          this.#say(event);
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
    const now = new Date();
    const nodes: FactsSnapshot["nodes"] = { ...before?.nodes };
    for (const { name, facts } of this.#nodes) if (facts) nodes[name] = facts;
    const { healthCheck, kubernetes } = this.cluster;
    for (const node of this.cluster.nodes) {
      const { name, kubernetesNode } = node;
      if (kubernetesNode === undefined || kubernetes === undefined || this.#kubernetes === undefined)
        continue;
      const about = {
        answer: this.#kubernetes,
        before,
        context: kubernetes.context,
        now,
        graceSeconds: healthCheck.graceSeconds,
      };
      const facts = kubernetesHealth({ ...node, kubernetesNode }, about);
      const ssh = this.#nodes.find((one) => one.name === name)?.facts;
      nodes[name] = ssh ? mergedFacts(ssh, facts) : facts;
    }
    try {
      writeFacts(this.files.facts, { version: 1, taken_at: now.toISOString(), nodes });
    } catch (error) {
      this.#complain(error);
    }
  }

  /** What the next preview reads of nodes of Kubernetes; it moves their pods itself. */
  async #askKubernetes(): Promise<void> {
    // A kubeconfig that does not do is for `health` to tell.
    this.#kubernetes = await askKubernetesHealth(this.cluster, 1000).catch(() => undefined);
    this.#isNew = true;
  }

  #say(event: WatchEvent): void {
    if (this.#hasEnded) return;
    const entry = this.#written(event);
    this.#events.push(entry);
    this.#events.splice(0, this.#events.length - shownEvents);
    if (this.options.json) console.log(JSON.stringify(entry));
    else if (!this.#screen) console.log(eventLine(entry));
  }

  #written(event: WatchEvent): JournalEntry {
    try {
      return this.#journal.add(event);
    } catch (error) {
      this.#complain(error);
      return this.#journal.entry(event);
    }
  }

  /** What goes wrong here, such as a full disk, must not end the watch: its stack would end with the leases. */
  #complain(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (this.#complaints.has(text)) return;
    this.#complaints.add(text);
    console.error(`berth: ${text}`);
  }

  #view(): string[] {
    const busy = this.#failover.running ? "an update is under way" : "";
    return view(
      {
        stack: this.stack,
        nodes: this.#nodes,
        gone: this.#gone(),
        events: this.#events,
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
        : "what runs goes on unwatched";
    this.#say({ event: "watch-ended", nodes: released, text });
    this.#hasEnded = true;
  }
}
