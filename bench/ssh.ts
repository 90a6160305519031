import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { dump } from "js-yaml";
import { runOnNodePath } from "../components/reach";
import { sshAccess } from "../components/ssh-access";
import { sshConfig } from "../components/ssh-config";
import { type Lab, labDown, labUp } from "../lab/lab";
import { openWorkspace, type Workspace } from "../lab/workspace";
import { loadTopology } from "../topology/load-topology";
import { sshNodes } from "../topology/ssh-nodes";
import { median } from "./median";

const nodeCount = 5;

/** One command of an update: what the rival sends to the same node in the same order. */
interface Verb {
  readonly node: string;
  readonly ensure: string | undefined;
  readonly undo: string | undefined;
  readonly stdin: string;
}

interface Figures {
  readonly what: string;
  readonly seconds: number[];
  readonly connections: number;
}

/**
 * Program (`npm run bench:ssh`): up, no-op up and destroy of 1, 10 and 50 instances on 5 SSH servers of a lab, beside plain `ssh`
 * in a loop that sends the same requests to the same nodes: one loop per node, all at once, a connection for each request.
 * Wall seconds of whole processes; connections as the SSH servers log them.
 */
async function main({ runs, sizes }: { runs: string; sizes: string }): Promise<void> {
  const results: object[] = [];
  for (const instances of sizes.split(",").map(Number)) {
    const folder = mkdtempSync(join(tmpdir(), "berth-bench-"));
    try {
      const rows = await measure(folder, instances, Number(runs));
      report(instances, rows);
      results.push({ instances, rows: rows.map((row) => ({ ...row, median_s: median(row.seconds) })) });
    } finally {
      await labDown(join(folder, "lab"));
      rmSync(folder, { recursive: true });
    }
  }
  console.log(JSON.stringify({ bench: "ssh", nodes: nodeCount, results }));
}

async function measure(folder: string, instances: number, runs: number): Promise<Figures[]> {
  const { lab, workspace, cluster, scenario } = await prepare(folder, instances);
  const rows = new Map<string, Figures>();
  const timed = async (what: string, work: () => Promise<void>) => {
    const before = connections(folder, lab);
    const start = process.hrtime.bigint();
    await work();
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    const row = rows.get(what) ?? { what, seconds: [], connections: connections(folder, lab) - before };
    row.seconds.push(seconds);
    rows.set(what, row);
  };
  const pulumi = (verb: string) => async () => {
    const { status, output } = await workspace.pulumi([verb, "--yes", "--skip-preview"]);
    if (status !== 0) throw new Error(`pulumi ${verb} failed:\n${output}`);
  };
  for (let run = 0; run < runs; run++) {
    await timed("up", pulumi("up"));
    await timed("no-op up", pulumi("up"));
    const verbs = await verbsOf(workspace);
    await timed("destroy", pulumi("destroy"));
    const send = plainSsh(folder, cluster, scenario, lab);
    await timed("plain ssh, up", () => send(verbs, "ensure"));
    await timed("plain ssh, destroy", () => send([...verbs].reverse(), "undo"));
  }
  return [...rows.values()];
}

/** As many sleepers on five equal machines. */
async function prepare(folder: string, instances: number) {
  const [cluster, scenario] = [join(folder, "cluster.yaml"), join(folder, "scenario.yaml")];
  const machine = { type: "host", ram_gb: 64, max_instances: 20, host: "192.0.2.1", ssh_user: "nobody" };
  const nodes = Array.from({ length: nodeCount }, (_, index) => ({ name: `node-${index}`, ...machine }));
  writeFileSync(cluster, dump({ cluster: { name: "bench" }, nodes }));
  const sleeper = { instance_id: "sleeper", count: instances, ram_gb: 1, command: ["sleep", "1000"] };
  // Said, so that the spread is even and no search is part of what is measured.
  const placement = Object.fromEntries(
    Array.from({ length: instances }, (_, index) => [`sleeper-${index}`, `node-${index % nodeCount}`]),
  );
  writeFileSync(scenario, dump({ name: "bench", instances: [sleeper], placement }));
  mkdirSync(join(folder, "workspace"));
  const lab = await labUp(join(folder, "lab"), cluster);
  const config = { "berth:cluster": cluster, "berth:scenario": scenario, "berth:purge": true };
  const directory = join(folder, "workspace");
  const workspace = await openWorkspace({ directory, lab, stack: "hive-cluster", config });
  return { lab, workspace, cluster, scenario };
}

/** What the update sent, from the state, in the order in which it was sent. */
async function verbsOf(workspace: Workspace): Promise<Verb[]> {
  const file = join(workspace.configFile, "..", "export.json");
  const { status, output } = await workspace.run([
    "pulumi",
    "stack",
    "export",
    "--stack",
    workspace.stack,
    "--file",
    file,
  ]);
  if (status !== 0) throw new Error(output);
  const { deployment } = JSON.parse(readFileSync(file, "utf8"));
  const verb = (command?: string) => /(\w+)'?$/.exec(command ?? "")?.[1];
  return deployment.resources
    .filter(({ type }: { type: string }) => /^command:\w+:Command$/.test(type))
    .map(({ inputs }: { inputs: Record<string, string> & { triggers: string[] } }) => ({
      node: inputs.triggers[0]!,
      ensure: verb(inputs.create),
      undo: verb(inputs.delete),
      stdin: inputs.stdin!,
    }));
}

/** The rival: what anybody would write. */
function plainSsh(folder: string, cluster: string, scenario: string, lab: Lab) {
  const nodes = sshNodes(loadTopology({ cluster, scenario, connections: lab.connections }).cluster);
  const access = sshAccess(Object.fromEntries(nodes.map(({ name, connection }) => [name, connection])));
  return async (verbs: readonly Verb[], which: "ensure" | "undo") => {
    const node = async (name: string) => {
      // Nobody makes the socket that this configuration names: so each request connects by itself.
      const own = join(folder, "plain", name);
      mkdirSync(own, { recursive: true });
      const [config, files] = [join(own, "config"), sshConfig(access.get(name)!)];
      writeFileSync(join(own, "known_hosts"), files.knownHosts);
      writeFileSync(config, files.config.replaceAll("{folder}", own));
      for (const verb of verbs)
        if (verb.node === name && verb[which]) await send(config, verb[which], verb.stdin);
    };
    await Promise.all(nodes.map(({ name }) => node(name)));
  };
}

function send(config: string, verb: string, stdin: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("ssh", ["-F", config, "node", `exec python3 -I -S - ${verb}`], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    child.stdin.end(program(verb, stdin));
    child.on("error", reject);
    child.on("close", (status) => (status === 0 ? resolve() : reject(new Error(`ssh … ${verb}: ${status}`))));
  });
}

/** The loader, and its call with the request; the supervisor as well where it may not be there yet. */
function program(verb: string, request: string): string {
  const supervisor = join(runOnNodePath, "..", "..", "workloads", "supervisor");
  const text = (file: string) => readFileSync(join(supervisor, file), "utf8");
  const files = readdirSync(supervisor).filter((file) => file.endsWith(".py") && file !== "loader.py");
  const all = JSON.stringify(Object.fromEntries(files.map((file) => [file, text(file)])));
  return `${text("loader.py")}\nload(${request}${["preflight", "purge"].includes(verb) ? `, ${all}` : ""})\n`;
}

function connections(folder: string, lab: Lab): number {
  const log = (name: string) => readFileSync(join(folder, "lab", "nodes", name, "sshd", "sshd.log"), "utf8");
  return lab.nodes.reduce((sum, { name }) => sum + (log(name).match(/Accepted publickey/g)?.length ?? 0), 0);
}

function report(instances: number, rows: readonly Figures[]): void {
  console.log(`\n${instances} instances on ${nodeCount} nodes`);
  const rival = new Map(rows.map((row) => [row.what.replace(/^plain ssh, /, ""), median(row.seconds)]));
  for (const { what, seconds, connections: count } of rows) {
    const [min, mid, max] = [Math.min(...seconds), median(seconds), Math.max(...seconds)].map((one) =>
      one.toFixed(2),
    );
    const ratio = ["up", "destroy"].includes(what)
      ? `   ${(median(seconds) / rival.get(what)!).toFixed(2)} × plain ssh`
      : "";
    console.log(
      `${what.padEnd(20)} ${min} / ${mid} / ${max} s   ${String(count).padStart(3)} connections${ratio}`,
    );
  }
}

new Command("npm run bench:ssh --")
  .description("seconds and SSH connections of up, no-op up and destroy, beside plain ssh in a loop")
  .option("--runs <number>", "counted runs of each", "3")
  .option("--sizes <numbers>", "instances on 5 nodes", "1,10,50")
  .action(main)
  .parseAsync()
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
