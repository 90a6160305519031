import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { type SshAccess, sshAccess } from "../components/ssh-access";
import { sshConfig } from "../components/ssh-config";
import { stopSshd } from "../lab/sshd";
import { NodeSession } from "../ops/node/node-session";
import { NodeLease } from "../ops/watch/node-lease";
import { WatchedNode } from "../ops/watch/watched-node";
import { loadCluster } from "../topology/load-cluster";
import { sshNodes } from "../topology/ssh-nodes";
import { median } from "./median";
import { ownProcesses } from "./own-processes";
import { logins, rackUp } from "./rack";

/** What one way to ask costs, a value for each run. */
interface Figures {
  readonly what: string;
  readonly seconds: number[];
  /** CPU seconds of all processes on both sides. */
  readonly cpu: number[];
  /** As the SSH servers logged them. */
  readonly connections: number[];
  /** The most that was seen of the coordinator's side, in a run whose seconds do not count. */
  peakBytes: number;
}

/** One turn of one way to ask. */
type Way = readonly [what: string, work: () => Promise<void>];

/** Nobody gets a lease of it. */
const watcher = { by: "bench", since: new Date(0).toISOString() };

/** How often memory is looked at, in milliseconds. */
const look = 200;

/**
 * Program (`npm run bench:health`): the health of so many SSH servers of a lab, asked by `./berth health` without and with the
 * connections of a run just before, and by one look of a watch whose sessions are there, beside `ssh true` to the same nodes, so
 * many at once, in the same run. Whole processes, but for the look; CPU seconds of both sides, which share this computer's cores.
 */
async function main({ runs, nodes }: { runs: string; nodes: string }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "berth-bench-"));
  try {
    const rows = await measure(folder, Number(nodes), Number(runs));
    report(Number(nodes), rows);
    const results = rows.map((row) => ({ ...row, median_s: median(row.seconds) }));
    console.log(JSON.stringify({ bench: "health", nodes: Number(nodes), results }));
  } finally {
    for (let index = 0; index < Number(nodes); index++) await stopSshd(join(folder, `node-${index}`, "sshd"));
    rmSync(folder, { recursive: true });
  }
}

async function measure(folder: string, nodes: number, runs: number): Promise<Figures[]> {
  const names = Array.from({ length: nodes }, (_, index) => `node-${index}`);
  const rack = await rackUp(folder, names);
  const reached = sshNodes(loadCluster(join(folder, "cluster.yaml"), rack.connections));
  const access = sshAccess(Object.fromEntries(reached.map(({ name, connection }) => [name, connection])));
  const loop = plainSsh(folder, access);
  const own = (withMemory = false) => {
    const pids = rack.servers.map(({ pid }) => pid);
    return ownProcesses(folder, pids, withMemory);
  };
  const rows = new Map<string, Figures>();
  for (let turn = -1; turn < runs; turn++) {
    // A folder of its own, and nothing that ends meanwhile: no connection of an earlier run is found, or missed in the sum.
    while (own().keptConnections > 0) await sleep(look);
    const runtime = join(folder, `run-${turn + 1}`);
    mkdirSync(runtime, { mode: 0o700 });
    process.env.XDG_RUNTIME_DIR = runtime;
    const health = () => run("./berth", ["health", "bench", "--config-file", rack.stackFile]);
    const sessions = reached.map((node) => {
      const reach = { node: node.name, stack: "bench", access: access.get(node.name)!, gone: "" };
      return { node, reach, session: new NodeSession(reach, node.remoteWorkDir, 600) };
    });
    const watched = sessions.map(
      ({ node, reach, session }) =>
        new WatchedNode(node, reach, new NodeLease(0, 0), watcher, 60, undefined, false, session),
    );
    const ways: Way[] = [
      ["ssh true, a loop in parallel", loop],
      ["health", health],
      ["health again, within 15 s", health],
      ["first look of a watch, as soon", () => lookAt(watched)],
      ["each look of it from the third", () => lookAt(watched)],
    ];
    for (const [what, work] of ways) {
      // The second look is not counted either: with it the program is loaded there.
      if (what === ways.at(-1)![0]) await untilReady(sessions, watched);
      const row = rows.get(what) ?? { what, seconds: [], cpu: [], connections: [], peakBytes: 0 };
      rows.set(what, row);
      if (turn < 0) row.peakBytes = await peakOf(work, () => own(true).coordinatorBytes!);
      else {
        const [before, { cpuSeconds }, start] = [logins(rack), own(), process.hrtime.bigint()];
        await work();
        row.seconds.push(Number(process.hrtime.bigint() - start) / 1e9);
        row.cpu.push(own().cpuSeconds - cpuSeconds);
        row.connections.push(logins(rack) - before);
      }
    }
    for (const { session } of sessions) session.end();
  }
  return [...rows.values()];
}

async function untilReady(
  sessions: readonly { readonly session: NodeSession }[],
  watched: readonly WatchedNode[],
): Promise<void> {
  while (!sessions.every(({ session }) => session.isReady)) await sleep(look);
  await lookAt(watched);
}

/** As a watch does: every node's answer is compared with its last. */
async function lookAt(watched: readonly WatchedNode[]): Promise<void> {
  await Promise.all(watched.map((node) => node.ask(undefined)));
  const silent = watched.find(({ answers }) => !answers);
  if (silent) throw new Error(`${silent.name}: ${silent.facts?.reason}`);
}

async function peakOf(work: () => Promise<void>, bytes: () => number): Promise<number> {
  let [peak, hasEnded] = [bytes(), false];
  const ended = work().finally(() => {
    hasEnded = true;
  });
  for (; !hasEnded; await sleep(look)) peak = Math.max(peak, bytes());
  await ended;
  return peak;
}

/** The rival: the least that asking over SSH can cost, a handshake and a process there. */
function plainSsh(folder: string, access: ReadonlyMap<string, SshAccess>): () => Promise<void> {
  const files = [...access].map(([name, to]) => {
    const own = join(folder, "plain", name);
    mkdirSync(own, { recursive: true });
    const { config, knownHosts } = sshConfig(to);
    writeFileSync(join(own, "known_hosts"), knownHosts);
    writeFileSync(join(own, "config"), config.replaceAll("{folder}", own));
    return join(own, "config");
  });
  return async () => {
    await Promise.all(
      files.map((file) => run("ssh", ["-F", file, "-o", "ControlPath=none", "node", "true"])),
    );
  };
}

function run(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
    child.on("error", reject);
    child.on("close", (status) => (status === 0 ? resolve() : reject(new Error(`${program}: ${status}`))));
  });
}

function report(nodes: number, rows: readonly Figures[]): void {
  console.log(`health of ${nodes} nodes: least / median / most; × of ${rows[0]!.what}`);
  const [seconds, cpu] = [median(rows[0]!.seconds), median(rows[0]!.cpu)];
  for (const row of rows) {
    const [min, mid, max] = [Math.min(...row.seconds), median(row.seconds), Math.max(...row.seconds)].map(
      (one) => one.toFixed(2),
    );
    const cells = [
      row.what.padEnd(30),
      `${min} / ${mid} / ${max} s = ${(median(row.seconds) / seconds).toFixed(2)} ×`.padEnd(36),
      `CPU ${median(row.cpu).toFixed(2)} s = ${(median(row.cpu) / cpu).toFixed(2)} ×`.padEnd(24),
      `${median(row.connections)} connections`.padEnd(16),
      `at most ${(row.peakBytes / 1e6).toFixed(0)} MB here`,
    ];
    console.log(cells.join("  "));
  }
}

new Command("npm run bench:health --")
  .description(
    "seconds, CPU seconds, SSH connections and memory of health, beside ssh true to the same nodes",
  )
  .option("--runs <number>", "counted runs of each", "3")
  .option("--nodes <number>", "how many", "50")
  .action(main)
  .parseAsync()
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
