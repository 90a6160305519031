import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { dump } from "js-yaml";
import { labDown, labUp } from "../lab/lab";
import { openWorkspace, type Run } from "../lab/workspace";
import { median } from "./median";

/**
 * Program (`npm run bench:preview`): `pulumi preview` of 4 and of 200 instances, without a policy pack, under ours, and under one by
 * Pulumi's SDK that does nothing; beside the floor, a program that only imports the SDK. In turn in the same run.
 * Wall seconds of whole processes; preview contacts no machine.
 */
async function main({ runs }: { runs: string }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "berth-bench-"));
  try {
    const bare = await bareProgram(join(folder, "bare"));
    const small = await berth(join(folder, "small"), 4, 4);
    const large = await berth(join(folder, "large"), 200, 50);
    const idle = idlePack(join(folder, "pack"));
    const contestants = new Map<string, () => Promise<Run>>([["bare SDK", bare]]);
    for (const [name, preview] of Object.entries({ "4 on 4 nodes": small, "200 on 50 nodes": large })) {
      contestants.set(name, () => preview());
      contestants.set(`${name}, idle pack`, () => preview(idle));
      contestants.set(`${name}, policies`, () => preview("policies"));
    }
    const seconds = new Map([...contestants.keys()].map((name): [string, number[]] => [name, []]));
    for (let run = 0; run <= Number(runs); run++)
      for (const [name, preview] of contestants) {
        const start = process.hrtime.bigint();
        const { status, output } = await preview();
        if (status !== 0) throw new Error(`${name} failed:\n${output}`);
        // The first round warms the caches.
        if (run > 0) seconds.get(name)!.push(Number(process.hrtime.bigint() - start) / 1e9);
      }
    report(seconds);
  } finally {
    await labDown(join(folder, "small", "lab"));
    await labDown(join(folder, "large", "lab"));
    rmSync(folder, { recursive: true });
  }
}

function report(seconds: ReadonlyMap<string, number[]>): void {
  const floor = median(seconds.get("bare SDK")!);
  const rows = [...seconds].map(([name, values]) => ({
    name,
    min_s: Math.min(...values),
    median_s: median(values),
    max_s: Math.max(...values),
    ratio_to_bare: median(values) / floor,
    pack_s: median(values) - median(seconds.get(name.split(",")[0]!)!),
  }));
  for (const row of rows) {
    const [min, mid, max] = [row.min_s, row.median_s, row.max_s].map((value) => value.toFixed(2));
    const ratio = `${row.ratio_to_bare.toFixed(2)} × bare`;
    const pack = row.name.includes(",") ? `   ${row.pack_s.toFixed(2)} s for the pack` : "";
    console.log(`${row.name.padEnd(28)} ${min} / ${mid} / ${max} s   ${ratio}${pack}`);
  }
  console.log(JSON.stringify({ bench: "preview", rows }));
}

/** Berth with as many sleepers, on machines that a lab names; nobody is contacted. */
async function berth(
  directory: string,
  instances: number,
  nodes: number,
): Promise<(pack?: string) => Promise<Run>> {
  mkdirSync(directory);
  const [cluster, scenario] = [join(directory, "cluster.yaml"), join(directory, "scenario.yaml")];
  const machine = { type: "host", ram_gb: 64, max_instances: 8, host: "192.0.2.1", ssh_user: "nobody" };
  const names = Array.from({ length: nodes }, (_, index) => ({ name: `node-${index}`, ...machine }));
  writeFileSync(cluster, dump({ cluster: { name: "bench" }, nodes: names }));
  const sleeper = { instance_id: "sleeper", count: instances, ram_gb: 4, command: ["sleep", "1000"] };
  writeFileSync(scenario, dump({ name: "bench", instances: [sleeper] }));
  const lab = await labUp(join(directory, "lab"), cluster);
  const config = { "berth:cluster": cluster, "berth:scenario": scenario };
  const workspace = await openWorkspace({ directory, lab, stack: "hive-cluster", config });
  return (pack) => workspace.pulumi(["preview", ...(pack ? ["--policy-pack", pack] : [])]);
}

/** The least a pack by Pulumi's SDK can be: one policy, in JavaScript, which does not look. */
function idlePack(directory: string): string {
  const program = `const { PolicyPack } = require("@pulumi/policy");
new PolicyPack("idle", { policies: [{ name: "idle", description: "-", validateResource() {} }] });
`;
  projectFolder(directory, "idle", "index.js", program);
  writeFileSync(join(directory, "PulumiPolicy.yaml"), "runtime: nodejs\n");
  return directory;
}

/** A folder with a program that runs with our modules. */
function projectFolder(directory: string, name: string, main: string, program: string): void {
  mkdirSync(directory);
  symlinkSync(resolve("node_modules"), join(directory, "node_modules"));
  writeFileSync(join(directory, "package.json"), JSON.stringify({ name, version: "1.0.0", main }));
  writeFileSync(join(directory, main), program);
}

/** The least a Pulumi program can be, run as ours is. */
async function bareProgram(directory: string): Promise<() => Promise<Run>> {
  projectFolder(
    directory,
    "bare",
    "index.ts",
    'import * as pulumi from "@pulumi/pulumi";\nexport const project = pulumi.getProject();\n',
  );
  const lab = { cluster: "", connections: "", nodes: [] };
  const workspace = await openWorkspace({ directory, lab, stack: "hive-cluster" });
  copyFileSync("Pulumi.yaml", join(directory, "Pulumi.yaml"));
  return () => workspace.pulumi(["preview", "--cwd", directory]);
}

new Command("npm run bench:preview --")
  .description("seconds of `pulumi preview`, beside a program that only imports the SDK")
  .option("--runs <number>", "counted runs of each", "5")
  .action(main)
  .parseAsync()
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
