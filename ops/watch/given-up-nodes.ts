import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { clearAway, leaveFolder } from "../gone/take-back";
import { tombstones } from "../gone/tombstones";
import type { Machine } from "../node/machine";
import { later, monotonic } from "./monotonic";
import type { FailoverSettings, Surroundings } from "./surroundings";

const longestSteadySeconds = 3600;

/** The nodes that a watch gave up, until they are steady again; what people gave up is theirs to take back. */
export class GivenUpNodes {
  readonly #names: Set<string>;
  readonly #times: Map<string, number>;
  #noReturnBefore = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly settings: FailoverSettings,
    private readonly around: Surroundings,
  ) {
    this.#names = new Set(around.remembered.givenUp);
    this.#times = new Map(around.remembered.timesGivenUp);
  }

  /** In the journal first: whoever comes after a watch that was killed here must not take it for what a person gave up. */
  giveUp(node: string): void {
    this.around.say({ event: "node-given-up", node, text: `${node} is given up until it is steady again` });
    this.#names.add(node);
    this.#times.set(node, (this.#times.get(node) ?? 0) + 1);
    mkdirSync(join(this.settings.goneFolder, node), { recursive: true, mode: 0o700 });
  }

  /** What is to be done for the first that answers; resolves with whether it may be used again. */
  due(): (() => Promise<boolean>) | undefined {
    if (monotonic() < this.#noReturnBefore) return undefined;
    const gone = this.around.gone();
    for (const one of this.around.nodes) {
      if (!gone.includes(one.name) || !this.#names.has(one.name) || !one.answers) continue;
      const machine = this.around.machine(one.name);
      // Its orphans go at once: they wait for nothing but this.
      if (tombstones(machine.folder).length > 0) return () => this.#clear(machine);
      // By its answers, not by the time that has passed: the next question may be in vain already.
      if (one.answeredLast - one.answeringSince! >= 1000 * this.#steadySeconds(one.name))
        return () => this.#takeBack(machine);
    }
    return undefined;
  }

  /** Nothing is due for the time being. */
  pause(): void {
    this.#noReturnBefore = later(this.settings.intervalSeconds);
  }

  /** How long a node has to answer without a break before it is used again: longer each time that it was lost. */
  #steadySeconds(node: string): number {
    const { graceSeconds, intervalSeconds } = this.settings;
    const times = Math.max(1, this.#times.get(node) ?? 1);
    return Math.min(longestSteadySeconds, Math.max(graceSeconds, 2 * intervalSeconds) * 2 ** (times - 1));
  }

  async #clear(machine: Machine): Promise<boolean> {
    const problem = await clearAway(machine, ({ verb, what }) =>
      this.around.say({
        event: "node-cleared",
        node: machine.name,
        text: `${machine.name}: ${verb} ${what}, kept for its return: done`,
      }),
    );
    if (problem !== undefined) this.pause();
    return false;
  }

  async #takeBack(machine: Machine): Promise<boolean> {
    const { name } = machine;
    const problem = (await clearAway(machine, () => {})) ?? leaveFolder(machine.folder);
    if (problem !== undefined) this.pause();
    if (this.around.gone().includes(name)) return false;
    this.#names.delete(name);
    this.around.say({ event: "node-returned", node: name, text: `${name} is back: it may be used again` });
    return true;
  }
}
