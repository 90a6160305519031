import { setTimeout as sleep } from "node:timers/promises";
import { place } from "../../placement/place";
import type { PlanJson } from "../../placement/plan-json";
import { toJson } from "../../placement/to-json";
import { ConfigError } from "../../topology/config-error";
import { stackFiles } from "../../topology/stack-files";
import { stackTopology } from "../stack/topology";
import { berthVerb } from "./berth-verb";

/** What the page shows, all of one moment. */
export interface View {
  readonly stack: string;
  /** ISO time. */
  readonly at: string;
  readonly intervalSeconds: number;
  /** What the files and the facts make of it. Undefined while the files have a mistake. */
  readonly plan?: PlanJson;
  /** `./berth health --json` and `./berth status --json`, as they are; undefined while they have not answered. */
  readonly health?: { readonly nodes: Readonly<Record<string, { readonly status: string }>> };
  readonly status?: object;
  /** What went wrong, in the verbs' own words. */
  readonly problems: readonly string[];
  /** How the nodes were, the oldest first. */
  readonly history: readonly Moment[];
}

interface Moment {
  readonly at: string;
  readonly nodes: Readonly<Record<string, string>>;
}

const remembered = 60;

/** A stack looked at again and again, for all who watch its page. */
export class Live {
  view: View;
  private readonly watchers = new Set<(view: View) => void>();

  constructor(
    private readonly stack: string,
    private readonly configFile: string | undefined,
    private readonly seconds: number,
    private readonly ended: AbortSignal,
  ) {
    this.view = {
      stack,
      at: new Date().toISOString(),
      intervalSeconds: seconds,
      problems: [],
      history: [],
    };
  }

  /** Looks, and again so many seconds after each answer, until it is ended. */
  async untilEnded(): Promise<void> {
    while (!this.ended.aborted) {
      await this.look();
      await sleep(this.seconds * 1000, undefined, { signal: this.ended }).catch(() => {});
    }
  }

  /** Calls `watcher` with every new view; returns what ends that. */
  watch(watcher: (view: View) => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  private async look(): Promise<void> {
    // The plan first: it needs nobody. Then with what the machines have said.
    if (!this.view.health) await this.show({});
    const [health, status] = [await this.ask("health"), await this.ask("status")];
    if (this.ended.aborted) return;
    const at = new Date().toISOString();
    const nodes = Object.entries((health.answer as View["health"])?.nodes ?? {});
    const moment = { at, nodes: Object.fromEntries(nodes.map(([name, node]) => [name, node.status])) };
    const history = nodes.length > 0 ? [...this.view.history, moment].slice(-remembered) : this.view.history;
    await this.show({
      history,
      problems: [...health.problems, ...status.problems],
      ...(health.answer !== undefined && { health: health.answer as View["health"] }),
      ...(status.answer !== undefined && { status: status.answer as View["status"] }),
    });
  }

  private async show(news: Partial<View>): Promise<void> {
    const { plan: _, ...before } = this.view;
    const planned = await this.planned();
    this.view = {
      ...before,
      ...news,
      at: new Date().toISOString(),
      ...("plan" in planned && { plan: planned.plan }),
      problems: [...(news.problems ?? []), ...("problem" in planned ? [planned.problem] : [])],
    };
    for (const watcher of this.watchers) watcher(this.view);
  }

  private async planned(): Promise<{ plan: PlanJson } | { problem: string }> {
    try {
      return {
        plan: toJson(await place(stackTopology(this.stack, stackFiles(this.stack, this.configFile)))),
      };
    } catch (error) {
      if (error instanceof ConfigError) return { problem: error.message };
      throw error;
    }
  }

  private async ask(verb: "health" | "status"): Promise<{ answer?: unknown; problems: string[] }> {
    const config = this.configFile === undefined ? [] : ["--config-file", this.configFile];
    const { stdout, stderr } = await berthVerb([verb, this.stack, ...config, "--json"], this.ended);
    try {
      return { answer: JSON.parse(stdout), problems: [] };
    } catch {
      return { problems: [stderr.trim() || `./berth ${verb} said nothing`] };
    }
  }
}
