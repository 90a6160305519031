import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { machines, TestBed } from "../test/support/test-bed";
import { TestWatch } from "../test/support/test-watch";

interface Options {
  readonly runs: string;
  readonly interval: string;
  readonly grace: string;
  readonly lease: string;
}

/** A phase of a failover, in seconds since the power cut. */
type Phases = { readonly [phase in "begun" | "done" | "runs"]: number };

/**
 * Program (`npm run bench:failover`, as root): the power of a node with one instance is cut under `./berth watch`; seconds until the
 * failover begins, until its update is done, and until the instance makes its first mark elsewhere. Beside them the bound that the
 * settings allow before the update begins: the time to notice, then the later of grace and lease with what is waited after it.
 */
async function main(options: Options): Promise<void> {
  const cluster = machines(["one", "two"], {
    health_check: { interval_seconds: Number(options.interval), grace_seconds: Number(options.grace) },
    failover: { lease_seconds: Number(options.lease) },
  });
  const phases: Phases[] = [];
  for (let run = 0; run < Number(options.runs); run++) phases.push(await failover(cluster));
  report(options, phases);
}

/** On a lab of its own: a second failover of the same node would wait longer until it is steady. */
async function failover(cluster: object): Promise<Phases> {
  const command = ["python3", "-uc", "import time; print('awake', time.time()); time.sleep(10000)"];
  const instance = { instance_id: "a", ram_gb: 0.1, preferred_node: "one", command };
  const bed = await TestBed.open({
    isolated: {},
    cluster,
    scenario: { name: "bench", instances: [instance] },
  });
  let watch: TestWatch | undefined;
  try {
    const { status, output } = await bed.up();
    if (status !== 0) throw new Error(output);
    watch = new TestWatch(bed.workspace);
    await watch.until("lease-armed", "one");
    const cut = Date.now();
    await bed.fault("kill", "one");
    const begun = Date.parse((await watch.until("failover-begun")).at);
    const done = Date.parse((await watch.until("failover-done")).at);
    const log = join(bed.workDir("two"), "logs", bed.workspace.stack, "a.log");
    while (!existsSync(log) || !readFileSync(log, "utf8").includes("\n")) await sleep(50);
    const runs = 1000 * Number(readFileSync(log, "utf8").split(/\s/)[1]);
    return { begun: (begun - cut) / 1000, done: (done - cut) / 1000, runs: (runs - cut) / 1000 };
  } finally {
    await watch?.kill();
    await bed.close();
  }
}

function report({ interval, grace, lease }: Options, phases: readonly Phases[]): void {
  const [seconds, stopGrace, margin] = [Number(lease), 10, 5];
  const leaseWait = seconds === 0 ? 0 : seconds * 1.02 + stopGrace + margin;
  const bound = Number(interval) + Math.max(Number(grace), leaseWait);
  const rows = (["begun", "done", "runs"] as const).map((phase) => {
    const values = phases.map((one) => one[phase]).sort((a, b) => a - b);
    return { phase, min_s: values[0]!, median_s: values[values.length >> 1]!, max_s: values.at(-1)! };
  });
  for (const { phase, min_s, median_s, max_s } of rows)
    console.log(
      `${phase.padEnd(6)} ${[min_s, median_s, max_s].map((value) => value.toFixed(1)).join(" / ")} s after the power cut`,
    );
  console.log(
    `interval ${interval} s, grace ${grace} s, lease ${lease} s: an update may begin after ${bound.toFixed(1)} s`,
  );
  console.log(JSON.stringify({ bench: "failover", interval, grace, lease, bound_s: bound, rows }));
}

new Command("npm run bench:failover --")
  .description("seconds from a power cut until its instance runs elsewhere")
  .option("--runs <number>", "power cuts", "3")
  .option("--interval <seconds>", "health_check.interval_seconds", "30")
  .option("--grace <seconds>", "health_check.grace_seconds", "60")
  .option("--lease <seconds>", "failover.lease_seconds", "60")
  .action(main)
  .parseAsync()
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
