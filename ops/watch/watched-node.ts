import type { Reach } from "../../components/reach";
import type { NodeFacts } from "../../topology/facts";
import type { SshNode } from "../../topology/ssh-nodes";
import { nodeHealth } from "../health/node-health";
import type { FactsAnswer } from "../node/ask-facts";
import { type Answer, askNode } from "../node/ask-node";
import type { NodeSession } from "../node/node-session";
import { changes, type Seen } from "./changes";
import { monotonic } from "./monotonic";
import type { Clock, LeaseRequest, NodeLease, Watcher } from "./node-lease";
import type { WatchEvent } from "./watch-event";

/** An instance as its node's supervisor tells it, as far as a watch looks. */
export interface WatchedInstance {
  readonly id: string;
  readonly state: string;
  readonly restarts: number;
  readonly uptime_s: number | null;
  readonly memory_bytes: number | null;
  readonly memory_limit_bytes: number | null;
}

interface WatchAnswer extends FactsAnswer {
  readonly facts: FactsAnswer["facts"] & { readonly boot_id: string };
  readonly instances: readonly WatchedInstance[];
  readonly lease: Clock & {
    readonly armed: boolean;
    /** Why it cannot be renewed. */
    readonly refused?: string;
    /** Another watch renews it. */
    readonly held?: boolean;
    /** Instances whose supervisors know nothing of leases. */
    readonly without?: readonly string[];
  };
}

/** One node under watch: asked again and again, and what is known of it. */
export class WatchedNode {
  facts: NodeFacts | undefined;
  instances: readonly WatchedInstance[] = [];
  measured: FactsAnswer["facts"] | undefined;
  /** Since the first question in vain was sent; undefined: the last one was answered, or none was sent. */
  silentSince: number | undefined;
  /** When the first question after silence was sent that it answered, and the last. */
  answeringSince: number | undefined;
  answeredLast = Number.NEGATIVE_INFINITY;
  leaseRefused = "";
  /** Another watch renews its lease. */
  isHeld = false;
  leaseless: readonly string[] = [];
  /** Whether it keeps a lease, of this watch or of one before. */
  isLeased: boolean;
  /** Instances that were dead at the last two answers. */
  deadTwice: readonly string[] = [];
  isAsked = false;
  /** A question has come to its end, with an answer or without. */
  wasAsked = false;
  #seen: Seen | undefined;
  /** By this watch. */
  #isArmed = false;

  constructor(
    readonly node: SshNode,
    readonly reach: Reach,
    readonly lease: NodeLease,
    private readonly watcher: Watcher,
    private readonly graceSeconds: number,
    before: NodeFacts | undefined,
    isLeased: boolean,
    private readonly session?: NodeSession,
  ) {
    this.facts = before;
    this.isLeased = isLeased;
  }

  get name(): string {
    return this.node.name;
  }

  get answers(): boolean {
    return this.answeringSince !== undefined;
  }

  /**
   * Asks once, or twice where the first answer tells the clock that a lease needs, and returns what is new.
   * @param owner whose lease is renewed; undefined: none is
   */
  async ask(owner: string | undefined): Promise<WatchEvent[]> {
    this.isAsked = true;
    try {
      const begun = monotonic();
      const request = owner === undefined ? undefined : this.lease.request(begun);
      let answer = await this.#question(owner, request);
      let events = this.#take(answer, begun);
      if (request === undefined && owner !== undefined && "answer" in answer) {
        const again = monotonic();
        const first = this.lease.request(again);
        if (first !== undefined) {
          answer = await this.#question(owner, first);
          events = [...events, ...this.#take(answer, again)];
        }
      }
      return events;
    } finally {
      this.isAsked = false;
      this.wasAsked = true;
    }
  }

  /** Takes the lease away, so that what runs there needs no watch. Returns what prevented it. */
  async release(owner: string): Promise<string | undefined> {
    const { by } = this.watcher;
    const request = { work_dir: this.node.remoteWorkDir, stack: this.reach.stack, owner, by };
    const answer = await askNode(this.reach, "release", request);
    if ("problem" in answer) return answer.problem;
    this.lease.released();
    this.isLeased = this.#isArmed = false;
    return undefined;
  }

  #question(owner = "", lease: LeaseRequest | undefined): Promise<Answer<WatchAnswer>> {
    const request = {
      work_dir: this.node.remoteWorkDir,
      stack: this.reach.stack,
      owner,
      node: { unified_memory: this.node.unifiedMemory },
      now: Date.now() / 1000,
      ...(lease && { lease: { ...lease, ...this.watcher } }),
    };
    const { session } = this;
    return askNode(this.reach, "watch", request, undefined, session?.run.bind(session));
  }

  #take(answer: Answer<WatchAnswer>, begun: number): WatchEvent[] {
    const { graceSeconds } = this;
    this.facts = nodeHealth({ answer, before: this.facts, now: new Date(), graceSeconds });
    const events: WatchEvent[] = [];
    if ("problem" in answer) {
      this.silentSince ??= begun;
      this.answeringSince = undefined;
      this.lease.unanswered(!neverSent.test(answer.problem));
    } else {
      const { facts, instances, lease } = answer.answer;
      this.silentSince = undefined;
      this.answeringSince ??= begun;
      this.answeredLast = begun;
      this.lease.answered(lease, monotonic());
      this.measured = facts;
      const dead = (all: readonly WatchedInstance[]) =>
        all.filter(({ state }) => state === "dead").map(({ id }) => id);
      this.deadTwice = dead(instances).filter((id) => dead(this.instances).includes(id));
      this.instances = instances;
      this.leaseless = lease.without ?? this.leaseless;
      this.isHeld = lease.held === true;
      events.push(...this.#leaseChange(lease.refused ?? ""));
      if (lease.armed && !this.#isArmed)
        events.push({
          event: "lease-armed",
          node: this.name,
          text: `${this.name} keeps a lease from now on`,
        });
      this.#isArmed ||= lease.armed;
      this.isLeased ||= lease.armed;
    }
    const seen: Seen = {
      facts: this.facts,
      ...("answer" in answer && { bootId: answer.answer.facts.boot_id }),
      instances: new Map(this.instances.map(({ id, state, restarts }) => [id, { state, restarts }])),
    };
    events.push(...changes(this.name, this.#seen, seen));
    // A node that was silent meanwhile is compared with what it was before.
    this.#seen = { ...seen, ...(!seen.bootId && this.#seen?.bootId && { bootId: this.#seen.bootId }) };
    return events;
  }

  #leaseChange(refused: string): WatchEvent[] {
    if (refused === this.leaseRefused) return [];
    this.leaseRefused = refused;
    return refused ? [{ event: "lease-refused", node: this.name, text: `${this.name}: ${refused}` }] : [];
  }
}

/** What `run-on-node.sh` says when nothing has reached the node. */
const neverSent =
  /^berth: (CannotConnect|HostKeyMismatch|LoginRefused|SshMissing|CannotWrite|NoPrivateFolder):/;
