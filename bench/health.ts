import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { dump } from "js-yaml";
import { sshAccess } from "../components/ssh-access";
import { sshConfig } from "../components/ssh-config";
import { type Sshd, startSshd, stopSshd } from "../lab/sshd";
import { loadCluster } from "../topology/load-cluster";
import { sshNodes } from "../topology/ssh-nodes";

/** What one way to ask costs: wall seconds, CPU seconds of all processes on both sides, and connections that sshd logged. */
interface Figures {
  readonly what: string;
  readonly seconds: number[];
  readonly cpu: number[];
  readonly connections: number[];
}

const [first, again, rival] = ["health", "health again, within 15 s", "ssh true, a loop in parallel"];

interface Rack {
  readonly connections: string;
  readonly servers: readonly Sshd[];
  readonly logs: readonly string[];
}

/**
 * Program (`npm run bench:health`): `./berth health` of so many SSH servers of a lab, without and with the connections of a run just
 * before, beside `ssh true` to the same nodes, so many at once, in the same run. Whole processes, from start to end; CPU
 * seconds of both sides, which share this computer's cores.
 */
async function main({ runs, nodes }: { runs: string; nodes: string }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "berth-bench-"));
  try {
    const rows = await measure(folder, Number(nodes), Number(runs));
    report(Number(nodes), rows);
    console.log(
      JSON.stringify({
        bench: "health",
        nodes: Number(nodes),
        results: rows.map((row) => ({ ...row, median_s: median(row.seconds) })),
      }),
    );
  } finally {
    for (let index = 0; index < Number(nodes); index++) await stopSshd(join(folder, `node-${index}`, "sshd"));
    rmSync(folder, { recursive: true });
  }
}

async function measure(folder: string, nodes: number, runs: number): Promise<Figures[]> {
  const [cluster, scenario] = [join(folder, "cluster.yaml"), join(folder, "scenario.yaml")];
  const machine = { type: "host", ram_gb: 64, max_instances: 20, host: "192.0.2.1", ssh_user: "nobody" };
  const names = Array.from({ length: nodes }, (_, index) => `node-${index}`);
  writeFileSync(
    cluster,
    dump({ cluster: { name: "bench" }, nodes: names.map((name) => ({ name, ...machine })) }),
  );
  writeFileSync(
    scenario,
    dump({ name: "bench", instances: [{ instance_id: "sleeper", ram_gb: 1, command: ["sleep", "1000"] }] }),
  );
  const rack = await nodesUp(folder, names);
  const file = join(folder, "Pulumi.bench.yaml");
  writeFileSync(
    file,
    dump({
      config: {
        "berth:cluster": cluster,
        "berth:scenario": scenario,
        "berth:connections": rack.connections,
        "berth:facts": join(folder, "facts.json"),
        "berth:gone": join(folder, "gone"),
        "berth:drained": join(folder, "drained"),
      },
    }),
  );
  const rows = [first, again, rival].map(
    (what): Figures => ({ what, seconds: [], cpu: [], connections: [] }),
  );
  const loop = plainSsh(folder, cluster, rack);
  for (let turn = 0; turn < runs; turn++) {
    // A folder of its own: no connection of an earlier run is found.
    const runtime = join(folder, `run-${turn}`);
    mkdirSync(runtime, { mode: 0o700 });
    const health = () =>
      run("./berth", ["health", "bench", "--config-file", file], { XDG_RUNTIME_DIR: runtime });
    for (const [row, work] of [
      [rows[0]!, health],
      [rows[1]!, health],
      [rows[2]!, loop],
    ] as const) {
      const [before, cpu, start] = [connections(rack), cpuSeconds(folder), process.hrtime.bigint()];
      await work();
      row.seconds.push(Number(process.hrtime.bigint() - start) / 1e9);
      row.cpu.push(cpuSeconds(folder) - cpu);
      row.connections.push(connections(rack) - before);
    }
  }
  return rows;
}

/**
 * So many SSH servers that admit one key, as a rack's do. A login there begins in a shell that ran no .bashrc: what the developer of
 * this computer has in it is no part of what is measured.
 */
async function nodesUp(folder: string, names: readonly string[]): Promise<Rack> {
  const servers: Sshd[] = [];
  const nodes: Record<string, object> = {};
  for (const [index, name] of names.entries()) {
    const [directory, workDir, facts] = ["sshd", "work", "facts.json"].map((part) =>
      join(folder, name, part),
    );
    mkdirSync(workDir!, { recursive: true });
    mkdirSync(directory!, { mode: 0o700 });
    writeFileSync(facts!, JSON.stringify({ ram_bytes: 64e9 }));
    if (servers[0])
      for (const file of ["client_key", "client_key.pub"])
        cpSync(join(folder, names[0]!, "sshd", file), join(directory!, file));
    const server = await startSshd({
      directory: directory!,
      address: `127.0.2.${index + 1}`,
      options: [`SetEnv "BERTH_LAB_FACTS=${facts}" SHLVL=1`],
    });
    servers.push(server);
    nodes[name] = {
      host: server.address,
      ssh_port: server.port,
      ssh_user: userInfo().username,
      ssh_key_path: servers[0]!.keyPath,
      host_key: server.hostKey,
      remote_work_dir: workDir,
    };
  }
  const connections = join(folder, "connections.yaml");
  writeFileSync(connections, dump({ nodes }));
  return { connections, servers, logs: names.map((name) => join(folder, name, "sshd", "sshd.log")) };
}

/** The rival: the least that asking over SSH can cost, a handshake and a process there. */
function plainSsh(folder: string, cluster: string, rack: Rack): () => Promise<void> {
  const nodes = sshNodes(loadCluster(cluster, rack.connections));
  const access = sshAccess(Object.fromEntries(nodes.map(({ name, connection }) => [name, connection])));
  const files = nodes.map(({ name }) => {
    const own = join(folder, "plain", name);
    mkdirSync(own, { recursive: true });
    const { config, knownHosts } = sshConfig(access.get(name)!);
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

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "inherit"],
    });
    child.on("error", reject);
    child.on("close", (status) => (status === 0 ? resolve() : reject(new Error(`${program}: ${status}`))));
  });
}

/** CPU seconds so far of this program, its children, the SSH servers, the connections that are kept, and all below them. */
function cpuSeconds(folder: string): number {
  const found = new Map<number, { parent: number; ticks: number; ours: boolean }>();
  for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one)))
    try {
      const fields = readFileSync(`/proc/${name}/stat`, "utf8").split(") ")[1]!.split(" ");
      const ours =
        Number(name) === process.pid || readFileSync(`/proc/${name}/cmdline`, "utf8").includes(folder);
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
      found.set(Number(name), { parent: Number(fields[1]), ticks, ours });
    } catch {
      // It has just ended.
    }
  const isOurs = (pid: number): boolean => {
    const one = found.get(pid);
    return one !== undefined && (one.ours || isOurs(one.parent));
  };
  return [...found].reduce((sum, [pid, { ticks }]) => sum + (isOurs(pid) ? ticks : 0), 0) / 100;
}

function connections({ logs }: Rack): number {
  return logs.reduce(
    (sum, log) => sum + (readFileSync(log, "utf8").match(/Accepted publickey/g)?.length ?? 0),
    0,
  );
}

function report(nodes: number, rows: readonly Figures[]): void {
  console.log(`health of ${nodes} nodes: least / median / most`);
  const plain = median(rows.find(({ what }) => what === rival)!.seconds);
  for (const { what, seconds, cpu, connections: opened } of rows) {
    const [min, mid, max] = [Math.min(...seconds), median(seconds), Math.max(...seconds)].map((one) =>
      one.toFixed(2),
    );
    console.log(
      `${what.padEnd(30)} ${min} / ${mid} / ${max} s   CPU ${median(cpu).toFixed(2)} s   ${String(median(opened)).padStart(3)} connections   ${(median(seconds) / plain).toFixed(2)} ×`,
    );
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

new Command("npm run bench:health --")
  .description("seconds, CPU seconds and SSH connections of health, beside ssh true to the same nodes")
  .option("--runs <number>", "counted runs of each", "3")
  .option("--nodes <number>", "how many", "50")
  .action(main)
  .parseAsync()
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
