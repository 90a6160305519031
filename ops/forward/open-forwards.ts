import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { sshAccess } from "../../components/ssh-access";
import type { Cluster } from "../../topology/cluster";
import { ConfigError } from "../../topology/config-error";
import { loadTopology } from "../../topology/load-topology";
import { stackFiles } from "../../topology/stack-files";
import { overSsh } from "../node/over-ssh";
import { stackOutputs } from "../stack/outputs";
import { kubernetesWay } from "./kubernetes-way";
import { LocalListener } from "./local-listener";
import { SshTunnel } from "./ssh-tunnel";
import { type ForwardPlace, type ForwardTarget, forwardTargets, placeOf, urlOf, usualPort } from "./target";
import type { NoWay, Way } from "./way";

/** What became of a forwarded port. */
export interface ForwardEvent {
  readonly event: "open" | "lost" | "reopened";
  readonly name: string;
  readonly port: ForwardTarget["port"];
  /** What is to be typed here to reach it. */
  readonly url: string;
  /** The node, or the namespace and pod, that it is on now; absent while it is lost. */
  readonly on?: string;
  /** Only of a loss. */
  readonly reason?: string;
}

export interface ForwardArgs {
  readonly stack: string;
  readonly configFile?: string | undefined;
  /** As `forwardTargets` reads them. */
  readonly words: readonly string[];
  /** Local ports in the order of the targets. @default free ones, as near as can be to what people know */
  readonly locals?: readonly number[] | undefined;
  tell(event: ForwardEvent): void;
}

/** Milliseconds between two attempts to reach what is lost. */
const [shortestPause, longestPause] = [500, 15_000];

/** Ports of a stack that are brought to this computer, as long as this process wants them. */
export class OpenForwards {
  private readonly tunnels = new Map<string, Promise<SshTunnel | NoWay>>();
  private readonly forwards: Forward[] = [];
  private reading: Promise<(target: ForwardTarget) => ForwardPlace | undefined> | undefined;
  private readonly closing = new AbortController();

  private constructor(readonly args: ForwardArgs) {}

  /** Opens what can be opened now, and keeps trying for the rest. Throws ConfigError. */
  static async open(args: ForwardArgs): Promise<OpenForwards> {
    const all = new OpenForwards(args);
    const nodes = all.nodeNames();
    const outputs = await stackOutputs(args.stack);
    const targets = forwardTargets(args.stack, args.words, outputs, nodes);
    const { locals } = args;
    if (locals && locals.length !== targets.length)
      throw new ConfigError([
        `berth: --local: expected a port for each of ${targets.length === 1 ? "the one" : `the ${targets.length}`} that ${targets.map(({ name, port }) => `${name}:${port}`).join(", ")} stand for, got ${locals.length}`,
      ]);
    try {
      for (const [at, target] of targets.entries()) {
        const place = placeOf(target, outputs, nodes)!;
        const forward: Forward = { target, way: undefined, url: "", lose: () => {} };
        const wanted = locals?.[at] ?? usualPort(target, place);
        const listener = await LocalListener.open(wanted, locals !== undefined, (socket) =>
          all.take(forward, socket),
        );
        Object.assign(forward, { listener, url: urlOf(target, listener.port) });
        all.forwards.push(forward);
      }
      await Promise.all(all.forwards.map((forward) => all.firstAttempt(forward)));
    } catch (error) {
      await all.close();
      throw error;
    }
    return all;
  }

  /** The ports that are open now. */
  get open(): readonly { readonly target: ForwardTarget; readonly url: string }[] {
    return this.forwards.filter(({ way }) => way !== undefined);
  }

  async close(): Promise<void> {
    this.closing.abort();
    for (const { listener } of this.forwards) listener?.close();
    for (const opening of this.tunnels.values()) {
      const tunnel = await opening;
      if (tunnel instanceof SshTunnel) await tunnel.close();
    }
  }

  private async firstAttempt(forward: Forward): Promise<void> {
    const problem = await this.attempt(forward, "open");
    void this.keep(forward, problem).catch((error: unknown) => {
      if (!this.closing.signal.aborted) throw error;
    });
  }

  /** Never ends but with `close`. */
  private async keep(forward: Forward, first: string | undefined): Promise<void> {
    let [reason, was] = [first, first === undefined];
    for (;;) {
      reason ??= await forward.lost;
      if (this.closing.signal.aborted) return;
      forward.way = undefined;
      this.tell(forward, { event: "lost", reason: reason! });
      let said = reason;
      for (let pause = shortestPause; reason !== undefined; pause = Math.min(2 * pause, longestPause)) {
        await sleep(pause, undefined, { signal: this.closing.signal });
        reason = await this.attempt(forward, was ? "reopened" : "open");
        if (reason !== undefined && reason !== said) this.tell(forward, { event: "lost", reason });
        said = reason ?? said;
      }
      was = true;
    }
  }

  /** Reads the state anew and goes where it says. Returns why that was in vain. */
  private async attempt(forward: Forward, event: "open" | "reopened"): Promise<string | undefined> {
    const { target } = forward;
    try {
      this.reading ??= this.read().finally(() => {
        this.reading = undefined;
      });
      const place = (await this.reading)(target);
      if (!place) return `the state of ${this.args.stack} has no ${target.name} any more`;
      const way = await this.wayTo(place);
      if ("problem" in way) return way.problem;
      const refused = new Promise<string>((resolve) => {
        forward.lose = resolve;
      });
      forward.lost = Promise.race([way.lost, refused]);
      forward.way = way;
    } catch (error) {
      if (error instanceof ConfigError) return error.message.replace(/^berth: /, "");
      throw error;
    }
    this.tell(forward, { event });
    return undefined;
  }

  private take(forward: Forward, socket: Socket): void {
    const { way } = forward;
    if (!way) {
      socket.destroy();
      return;
    }
    void way.carry(socket).then((refusal) => {
      if (refusal !== undefined && forward.way === way) forward.lose(refusal);
    });
  }

  private async wayTo(place: ForwardPlace): Promise<Way | NoWay> {
    if (!("node" in place)) return kubernetesWay(place, this.cluster().kubernetes?.kubeconfig);
    const tunnel = await this.tunnelTo(place.node);
    return tunnel instanceof SshTunnel ? tunnel.way(place.host, place.port) : tunnel;
  }

  private async read(): Promise<(target: ForwardTarget) => ForwardPlace | undefined> {
    const outputs = await stackOutputs(this.args.stack);
    const nodes = this.nodeNames();
    return (target) => placeOf(target, outputs, nodes);
  }

  private cluster(): Cluster {
    const { stack, configFile } = this.args;
    return loadTopology(stackFiles(stack, configFile)).cluster;
  }

  private nodeNames(): string[] {
    return this.cluster().nodes.map(({ name }) => name);
  }

  /** One connection a node, however many ports. */
  private tunnelTo(node: string): Promise<SshTunnel | NoWay> {
    const known = this.tunnels.get(node);
    if (known) return known;
    const machine = this.cluster().nodes.find(({ name }) => name === node);
    if (!machine) return Promise.resolve({ problem: `the cluster file has no node ${node} any more` });
    const access = sshAccess({ [node]: overSsh(machine).connection }).get(node)!;
    const opening = SshTunnel.open({ node, stack: this.args.stack, access, gone: "" });
    this.tunnels.set(node, opening);
    const forget = () => this.tunnels.get(node) === opening && this.tunnels.delete(node);
    void opening.then((tunnel) => (tunnel instanceof SshTunnel ? tunnel.lost.then(forget) : forget()));
    return opening;
  }

  private tell({ target, url, way }: Forward, event: Pick<ForwardEvent, "event" | "reason">): void {
    this.args.tell({ ...event, ...target, url, ...(way && { on: way.on }) });
  }
}

interface Forward {
  readonly target: ForwardTarget;
  listener?: LocalListener;
  url: string;
  /** Undefined while it is lost. */
  way: Way | undefined;
  /** Resolves with the reason once it is no more. */
  lost?: Promise<string>;
  lose(reason: string): void;
}
