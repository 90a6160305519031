import { monotonic } from "./monotonic";
import { longestPauseSeconds, pauseSeconds } from "./pause-seconds";
import type { WatchedNode } from "./watched-node";

/** An instance whose supervisor died, with the node: two answers said so. */
export interface DeadInstance {
  readonly instance: string;
  readonly node: string;
}

/** How often and when instances were started anew after their supervisors had died. */
export class NewStarts {
  readonly #started = new Map<string, { times: number; at: number }>();

  constructor(private readonly intervalSeconds: number) {}

  /** Dead instances of these nodes whose last new start is long enough ago. */
  due(nodes: readonly WatchedNode[]): DeadInstance[] {
    const now = monotonic();
    const isDue = (instance: string) => {
      const { times, at } = this.#started.get(instance) ?? { times: 0, at: now };
      return times === 0 || now - at >= 1000 * pauseSeconds(this.intervalSeconds, times);
    };
    return nodes
      .flatMap(({ name, deadTwice }) => deadTwice.map((instance) => ({ instance, node: name })))
      .filter(({ instance }) => isDue(instance));
  }

  count(dead: readonly DeadInstance[]): void {
    const now = monotonic();
    for (const { instance } of dead) {
      const before = this.#started.get(instance);
      const isLong = before !== undefined && now - before.at > 2000 * longestPauseSeconds;
      this.#started.set(instance, { times: isLong ? 1 : (before?.times ?? 0) + 1, at: now });
    }
  }
}
