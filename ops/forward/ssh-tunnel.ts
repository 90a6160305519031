import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { dirname, join } from "node:path";
import type { Reach } from "../../components/reach";
import { sshConfig } from "../../components/ssh-config";
import { runOnNode } from "../node/run-on-node";
import type { NoWay, Way } from "./way";

const connectSeconds = 20;
/** Milliseconds; run-on-node.sh clears away what nobody has touched for an hour. */
const touchEvery = 10 * 60_000;

let opened = 0;

/**
 * An SSH connection of this process's own to one node, through which ports there are reached. It lives as long as this process
 * keeps its standard input open: whatever ends this process, a SIGKILL too, ends the connection.
 */
export class SshTunnel {
  /** Resolves with the reason once the connection is no more. */
  readonly lost: Promise<string>;
  private readonly carriers = new Set<ChildProcess>();
  private readonly touching: NodeJS.Timeout;
  /** What the master said last: a refused port is explained there, and nowhere else. */
  private words = "";

  private constructor(
    readonly node: string,
    private readonly folder: string,
    private readonly master: ChildProcess,
  ) {
    this.touching = setInterval(() => this.touch(), touchEvery).unref();
    master.stderr!.on("data", (chunk: Buffer) => {
      this.words = lastLine(`${this.words}\n${chunk}`);
    });
    this.lost = new Promise((resolve) => {
      master.on("close", () => {
        clearInterval(this.touching);
        for (const carrier of this.carriers) carrier.kill();
        rmSync(folder, { recursive: true, force: true });
        resolve(`the connection to ${node} is lost${this.words && `: ${this.words}`}`);
      });
    });
  }

  /** Connects with the settings, keys and pinned host key of every other request. Returns the reason when it cannot. */
  static async open(reach: Reach): Promise<SshTunnel | NoWay> {
    const { status, stdout, stderr } = await runOnNode(reach, "connect", "", connectSeconds);
    if (status !== 0) return { problem: withoutPrefix(stderr) };
    const folder = join(dirname(dirname(stdout.trim())), `forward-${process.pid}-${++opened}`);
    const { config, knownHosts } = sshConfig(reach.access);
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(join(folder, "config"), config.replaceAll("{folder}", folder));
    writeFileSync(join(folder, "known_hosts"), knownHosts);
    // INFO: only there it says why a port was refused. A session of its own, so that Ctrl-C is for us alone.
    const options = ["-o", "LogLevel=INFO", "-o", "ControlMaster=yes", "-o", "ControlPersist=no", "-T"];
    const master = spawn("ssh", ["-F", join(folder, "config"), ...options, "node", "exec cat"], {
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const tunnel = new SshTunnel(reach.node, folder, master);
    const isUp = new Promise<undefined>((resolve) => master.stdout.once("data", () => resolve(undefined)));
    master.stdin.on("error", () => {}).write("\n");
    master.on("error", () => {});
    const problem = await Promise.race([isUp, tunnel.lost]);
    return problem === undefined ? tunnel : { problem };
  }

  /** The way to a port where something listens. @param host as the node reaches it */
  async way(host: string, port: number): Promise<Way | NoWay> {
    const problem = await this.probe(host, port);
    if (problem !== undefined) return { problem };
    return { on: this.node, lost: this.lost, carry: (socket) => this.carry(socket, host, port) };
  }

  private carry(socket: Socket, host: string, port: number): Promise<string | undefined> {
    const carrier = this.spawn("-W", `${host.includes(":") ? `[${host}]` : host}:${port}`);
    let [answered, said] = [false, ""];
    carrier.stdout!.once("data", () => {
      answered = true;
    });
    carrier.stderr!.on("data", (chunk: Buffer) => {
      said = lastLine(`${said}\n${chunk}`);
    });
    socket.pipe(carrier.stdin!.on("error", () => socket.destroy()));
    carrier.stdout!.on("error", () => socket.destroy()).pipe(socket);
    socket.on("close", () => carrier.kill());
    return new Promise((resolve) => {
      carrier.on("error", (error) => resolve(error.message));
      carrier.on("close", (status) => {
        const wasRefused = status !== 0 && status !== null && !answered;
        if (wasRefused) socket.destroy();
        resolve(wasRefused ? this.refusal(port, said) : undefined);
      });
    });
  }

  /** Whether something listens there; returns why when not. */
  private probe(host: string, port: number): Promise<string | undefined> {
    const asker = this.spawn("node", "exec python3 -I -");
    let said = "";
    asker.stderr!.on("data", (chunk: Buffer) => {
      said = lastLine(`${said}\n${chunk}`);
    });
    const address = JSON.stringify(JSON.stringify([host, port]));
    asker
      .stdin!.on("error", () => {})
      .end(`import json, socket\nsocket.create_connection(json.loads(${address}), 5).close()\n`);
    return new Promise((resolve) => {
      asker.on("error", (error) => resolve(error.message));
      asker.on("close", (status) => resolve(status === 0 ? undefined : this.refusal(port, said)));
    });
  }

  /** Ends it, and all that it carries. */
  async close(): Promise<void> {
    this.master.kill();
    await this.lost;
  }

  private spawn(...args: string[]): ChildProcess {
    const where = ["-F", join(this.folder, "config"), "-o", "ControlMaster=no"];
    const target = args[0] === "node" ? args : [...args, "node"];
    const child = spawn("ssh", [...where, ...target], { detached: true, stdio: ["pipe", "pipe", "pipe"] });
    this.carriers.add(child);
    child.on("close", () => this.carriers.delete(child));
    return child;
  }

  private refusal(port: number, said: string): string {
    if (this.words.includes("administratively prohibited"))
      return `${this.node} does not let this login forward ports; set AllowTcpForwarding yes in its sshd_config`;
    const why = /Connection refused|refused by peer/.test(said) ? "nothing listens there" : said;
    return `port ${port} of ${this.node} does not answer: ${why}`;
  }

  private touch(): void {
    const now = new Date();
    utimesSync(this.folder, now, now);
  }
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1)!.trim();

const withoutPrefix = (text: string): string => text.trim().replace(/^berth: /, "");
