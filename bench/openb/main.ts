import { Command, InvalidArgumentError } from "commander";
import { solver } from "../../placement/solver";
import { allocationBound } from "./bound";
import { arrivedAt, drawPods } from "./draw";
import { published, workloadOf } from "./published";
import { countOf, strategies } from "./strategies";
import { readTrace, type Trace } from "./trace";

interface Options {
  nodes: string;
  pods: string;
  seeds: readonly number[];
  strategies: readonly string[];
  seconds: keyof typeof roundsFor;
  arrived: number;
  bound?: true;
  json?: true;
}

/** Rounds that take as long on one core of the machine they were counted on: a count gives every machine the same packing. */
const roundsFor = { 2: 350_000, 12: 2_200_000 };

interface Row {
  strategy: string;
  sees: string;
  allocated_pct: number;
  allocated_sd: number;
  placed: number;
  arrived: number;
  seconds: number;
  /** The most points below the bound of its own list among the draws. */
  largest_gap?: number;
}

async function main(options: Options): Promise<void> {
  const { remarks, ...trace } = readTrace(options.nodes, options.pods);
  for (const remark of remarks) console.error(remark);
  const draws = options.seeds.map((seed) => drawOf(trace, seed, options));
  const bounds = options.bound ? await boundsOf(trace, draws) : undefined;
  const workload = workloadOf(options.pods);
  if (!options.json) console.log(describe(trace, options, draws));
  const rows = options.strategies.map((strategy) => {
    const row = measure(strategy, trace, draws, roundsFor[options.seconds], bounds);
    if (options.json) console.log(JSON.stringify(row));
    return row;
  });
  if (!options.json)
    console.table(rows.map((row) => ({ ...row, published: publishedFor(workload, row.strategy, options) })));
  if (!bounds) return;
  const bound = {
    strategy: "bound",
    allocated_pct: rounded(mean(bounds)),
    allocated_sd: rounded(deviation(bounds)),
  };
  console.log(
    options.json
      ? JSON.stringify(bound)
      : `no packing allocates more than ${bound.allocated_pct} % (mean of the draws' bounds)`,
  );
}

interface Draw {
  seed: number;
  pods: readonly number[];
}

function drawOf(trace: Trace, seed: number, options: Options): Draw {
  try {
    return { seed, pods: arrivedAt(options.arrived / 100, trace, drawPods(trace, seed, 1.3)) };
  } catch (error) {
    throw new Error(`${options.pods}: ${(error as Error).message}`);
  }
}

function measure(
  strategy: string,
  trace: Trace,
  draws: readonly Draw[],
  rounds: number,
  bounds: readonly number[] | undefined,
): Row {
  const capacity = gpuMilliOf(trace);
  const runs = draws.map(({ seed, pods }) => {
    const start = process.cpuUsage();
    const packing = strategies[strategy]!.run(trace, pods, seed, rounds);
    const { user, system } = process.cpuUsage(start);
    const idle = packing.gpuLeft.reduce((sum, left) => sum + left, 0);
    const placed = packing.residents.reduce((sum, residents) => sum + residents.length, 0);
    return { allocated: 100 * (1 - idle / capacity), placed, seconds: (user + system) / 1e6 };
  });
  const allocated = runs.map((run) => run.allocated);
  return {
    strategy,
    sees: strategies[strategy]!.sees,
    allocated_pct: rounded(mean(allocated)),
    allocated_sd: rounded(deviation(allocated)),
    placed: Math.round(mean(runs.map(({ placed }) => placed))),
    arrived: Math.round(mean(draws.map(({ pods }) => pods.length))),
    seconds: rounded(mean(runs.map(({ seconds }) => seconds))),
    ...(bounds && {
      largest_gap: rounded(Math.max(...allocated.map((value, draw) => bounds[draw]! - value))),
    }),
  };
}

async function boundsOf(trace: Trace, draws: readonly Draw[]): Promise<number[]> {
  const highs = await solver();
  return draws.map(
    ({ pods }) => 100 * allocationBound(trace.kinds, countOf(trace.kinds, pods), trace.machines, highs),
  );
}

function describe(trace: Trace, { seeds, arrived }: Options, draws: readonly Draw[]): string {
  const pods = Math.round(mean(draws.map((draw) => draw.pods.length)));
  return (
    `${trace.machines.length} machines, ${gpuMilliOf(trace) / 1000} GPUs; ${pods} pods of ${trace.kinds.length} kinds ` +
    `arrive until ${arrived} % of the GPUs are asked for; ${seeds.length} shuffles (seeds ${seeds[0]} to ${seeds.at(-1)}). ` +
    "seconds: CPU of this process, one draw. online sees one pod at a time, batch the whole list: not the same task."
  );
}

function publishedFor(workload: string | undefined, strategy: string, { arrived }: Options): number | "" {
  if (workload === undefined || arrived !== 100) return "";
  return published[workload]![strategy as "fgd"] ?? "";
}

function gpuMilliOf({ machines }: Trace): number {
  return machines.reduce((sum, { gpus }) => sum + gpus * 1000, 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function readSeeds(text: string): number[] {
  const [, first, last = first] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(text) ?? [];
  if (first === undefined || Number(last) < Number(first))
    throw new InvalidArgumentError('expected a number or a range such as "42-51"');
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
}

function readStrategies(text: string): string[] {
  const names = text.split(",");
  const unknown = names.filter((name) => !Object.hasOwn(strategies, name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`${unknown.join(", ")}; known: ${Object.keys(strategies).join(", ")}`);
  return names;
}

function readSeconds(text: string): number {
  if (!Object.hasOwn(roundsFor, text))
    throw new InvalidArgumentError(`known: ${Object.keys(roundsFor).join(", ")}`);
  return Number(text);
}

function readPercent(text: string): number {
  const percent = Number(text);
  if (!(percent > 0 && percent <= 130))
    throw new InvalidArgumentError("expected a number above 0, up to 130");
  return percent;
}

new Command("npm run bench:openb --")
  .description(
    "GPU allocated on a cluster under pressure: our packing beside random, best fit and fragmentation gradient descent " +
      "(FGD), by the protocol of the paper Beware of Fragmentation (USENIX ATC 2023)",
  )
  .requiredOption("--nodes <file>", "CSV with sn, cpu_milli, memory_mib, gpu, model")
  .requiredOption("--pods <file>", "CSV with cpu_milli, memory_mib, num_gpu, gpu_milli and perhaps gpu_spec")
  .option("--seeds <range>", "shuffles of the list", readSeeds, readSeeds("42-51"))
  .option(
    "--strategies <names>",
    `of ${Object.keys(strategies).join(", ")}`,
    readStrategies,
    Object.keys(strategies),
  )
  .option(
    "--seconds <number>",
    "how long pack may take: 2 or 12, turned into a count of rounds",
    readSeconds,
    2,
  )
  .option("--arrived <percent>", "demand at which it is measured, of all GPUs", readPercent, 100)
  .option("--bound", "also prove how much no packing can exceed: a linear program for each draw")
  .option("--json", "a line of JSON for each strategy")
  .addHelpText(
    "after",
    "\nThe trace is not part of this project: cluster-trace-gpu-v2023/csv of github.com/alibaba/clusterdata has the\n" +
      "nodes (openb_node_list_gpu_node.csv) and the workloads (openb_pod_list_*.csv). Seeds shuffle with our own dice,\n" +
      "so a seed is not the same list as the paper's: compare means of ten.",
  )
  .action(main)
  .parseAsync()
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
