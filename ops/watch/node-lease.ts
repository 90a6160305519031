/** What a node says of its own clock: seconds since its boot. */
export interface Clock {
  readonly boot_id: string;
  readonly now: number;
}

/** Who renews a lease: what another watch is told. */
export interface Watcher {
  /** user@host:folder. One that is started anew in the same place is the same, and goes on. */
  readonly by: string;
  /** ISO 8601. */
  readonly since: string;
}

/** The lease that a question brings: until when, by the node's clock, instances may run. */
export interface LeaseRequest {
  readonly boot_id: string;
  readonly until: number;
}

/** Whatever a supervisor takes for a look, and both sides for what nobody thought of. Milliseconds. */
const margin = 5_000;
/** Clocks of two machines differ by less. */
const drift = 0.02;

/**
 * One node's lease, as far as it can be known here. Times are milliseconds of a clock of this computer that nobody sets. The end
 * of a lease is told in the node's own time: so a question that arrives late, after a broken connection, renews nothing.
 */
export class NodeLease {
  #clock: (Clock & { readonly receivedAt: number }) | undefined;
  #over: number;
  #overBefore: number;
  #hasEnded = false;

  /**
   * @param seconds of each renewal; 0: there is none
   * @param over when a lease that another watch may have given is over at the latest
   */
  constructor(
    readonly seconds: number,
    over: number,
  ) {
    this.#over = over;
    this.#overBefore = over;
  }

  /** What a question brings that is sent at `now`; undefined until the node has told its clock. */
  request(now: number): LeaseRequest | undefined {
    if (this.seconds === 0 || this.#clock === undefined || this.#hasEnded) return undefined;
    const { boot_id, now: then, receivedAt } = this.#clock;
    this.#overBefore = this.#over;
    this.#over = Math.max(this.#over, now + this.seconds * 1000);
    // The node's clock said `then` before the answer came: by now it shows this at least.
    return { boot_id, until: then + (now - receivedAt) / 1000 + this.seconds };
  }

  answered(clock: Clock, now: number): void {
    this.#clock = { boot_id: clock.boot_id, now: clock.now, receivedAt: now };
  }

  /** The last question was in vain. `sent`: the node may have got it all the same. The next one renews nothing. */
  unanswered(sent: boolean): void {
    if (!sent && this.#clock !== undefined) this.#over = this.#overBefore;
    this.#clock = undefined;
  }

  /** Nothing is renewed from now on: who watched is about to take it away. */
  end(): void {
    this.#hasEnded = true;
  }

  /** There is none any more. */
  released(): void {
    this.#over = this.#overBefore = Number.NEGATIVE_INFINITY;
  }

  /** When nothing that kept to it can run any more, given what a stop there takes at most. */
  endedAt(stopGraceSeconds: number): number {
    if (this.#over === Number.NEGATIVE_INFINITY) return this.#over;
    return this.#over + drift * this.seconds * 1000 + stopGraceSeconds * 1000 + margin;
  }
}
