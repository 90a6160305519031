import type { HealthReport, KubernetesReport } from "../health";
import type { FactsAnswer } from "../node/ask-facts";
import { paint } from "./paint";

export interface PrintedHealth {
  readonly reports: Readonly<Record<string, HealthReport>>;
  /** Nodes of Kubernetes that the cluster file does not know. */
  readonly unknown: readonly string[];
  readonly stack: string;
  /** Nodes that were given up. */
  readonly gone: readonly string[];
}

/** Prints how nodes are, a line each, and what is to be known besides. */
export function printHealth({ reports, unknown, stack, gone }: PrintedHealth): void {
  const colors = paint(process.stdout);
  const colour = {
    HEALTHY: colors.green,
    DEGRADED: colors.yellow,
    MAINTENANCE: colors.cyan,
    UNAVAILABLE: colors.red,
  };
  const width = Math.max(...Object.keys(reports).map((name) => name.length));
  for (const [name, report] of Object.entries(reports)) {
    const { status, reason, facts, kubernetes, holdings, notes } = report;
    const holders = holdings.map((one) => `${one.stack}/${one.instance}`).join(", ");
    const givenUp = gone.includes(name) && fateOf(name, status, stack);
    const words = [facts && measured(facts), kubernetes && asked(kubernetes), reason, holders, givenUp];
    console.log(
      `${name.padEnd(width)}  ${colour[status](status.padEnd(11))}  ${words.filter(Boolean).join("; ")}`,
    );
    for (const { stack: owner, instance, state } of report.unwell)
      console.log(
        colors.red(`${" ".repeat(width)}  ${owner}/${instance} is ${state}: see  ./berth drift ${owner}`),
      );
    for (const note of notes ?? []) console.log(colors.dim(`${" ".repeat(width)}  note: ${note}`));
  }
  if (unknown.length > 0)
    console.log(
      colors.dim(`note: Kubernetes has nodes that the cluster file does not: ${unknown.join(", ")}`),
    );
}

const gb = (bytes: number) => (bytes / 1e9).toFixed(1);

function measured({ ram_bytes, mem_available_bytes, disk_free_bytes, temperature_c }: FactsAnswer["facts"]) {
  return [
    `${gb(mem_available_bytes)} of ${gb(ram_bytes)} GB available`,
    `disk ${gb(disk_free_bytes)} GB free`,
    ...(temperature_c === null ? [] : [`${Math.round(temperature_c)} °C`]),
  ].join(", ");
}

function asked({ allocatable, requested }: KubernetesReport): string {
  return [
    `pods ask for ${gb(requested.memory_bytes)} of ${gb(allocatable.memory_bytes)} GB`,
    `${requested.cpu_cores} of ${allocatable.cpu_cores} cores`,
    ...(allocatable.gpus > 0 ? [`${requested.gpus} of ${allocatable.gpus} GPUs`] : []),
  ].join(", ");
}

const fateOf = (node: string, status: HealthReport["status"], stack: string) =>
  status === "UNAVAILABLE"
    ? "was given up"
    : `was given up and answers again; take it back with  ./berth back ${node} ${stack}`;
