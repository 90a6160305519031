import { readFileSync } from "node:fs";
import { Command } from "commander";
import { pack } from "../../placement/pack/pack";
import { solver } from "../../placement/solver";
import { allocationBound } from "./bound";
import { countOf } from "./strategies";
import { traceOf } from "./trace";

/** A few machines and a list of pods, with the best that is known of them: rows in the words of the trace's columns. */
interface SmallInstance {
  readonly name: string;
  readonly best_known_alloc_pct: number;
  readonly upper_bound_alloc_pct: number;
  readonly nodes_fields: readonly string[];
  readonly nodes: readonly (readonly (string | number)[])[];
  readonly pods_fields: readonly string[];
  readonly pods: readonly (readonly (string | number)[])[];
}

/** About a second and a half on one core for a hundred machines; a count, so that every machine finds the same. */
const rounds = 250_000;
const columns: Readonly<Record<string, string>> = { gpus: "gpu" };

/** Packs every small instance of a file and compares with the best known. Exit status 1 when one is worse. */
async function main({ instances, json }: { instances: string; json?: true }): Promise<void> {
  const highs = await solver();
  const read: SmallInstance[] = JSON.parse(readFileSync(instances, "utf8"));
  const rows = read.map((one) => {
    const { kinds, machines, pods } = traceOf(
      rowsOf(one.name, one.nodes_fields, one.nodes),
      rowsOf(one.name, one.pods_fields, one.pods),
    );
    const counts = countOf(kinds, pods);
    const capacity = machines.reduce((sum, { gpus }) => sum + gpus * 1000, 0);
    const start = process.cpuUsage();
    const packing = pack(kinds, counts, machines, rounds);
    const { user, system } = process.cpuUsage(start);
    const idle = packing.gpuLeft.reduce((sum, left) => sum + left, 0);
    return {
      instance: one.name,
      allocated_pct: rounded(100 * (1 - idle / capacity)),
      best_known_pct: one.best_known_alloc_pct,
      known_bound_pct: one.upper_bound_alloc_pct,
      own_bound_pct: rounded(100 * allocationBound(kinds, counts, machines, highs)),
      seconds: rounded((user + system) / 1e6),
    };
  });
  if (json) for (const row of rows) console.log(JSON.stringify(row));
  else console.table(rows);
  if (rows.some((row) => row.allocated_pct < row.best_known_pct)) process.exitCode = 1;
}

function rowsOf(name: string, fields: readonly string[], rows: SmallInstance["nodes"]) {
  return rows.map((cells, index) => ({
    where: `${name}[${index}]`,
    values: new Map([
      ["sn", `${index}`.padStart(6, "0")],
      ...fields.map((field, cell): [string, string] => [columns[field] ?? field, `${cells[cell]}`]),
    ]),
  }));
}

const rounded = (value: number) => Math.round(value * 100) / 100;

new Command("npm run bench:small --")
  .description("Our packing of small instances against the best known packings of them")
  .requiredOption("--instances <file>", "JSON: a list of name, best_known_alloc_pct, nodes, pods …")
  .option("--json", "a line of JSON for each instance")
  .addHelpText("after", "\nExit status: 0 none is worse than the best known, 1 one is.")
  .action(main)
  .parseAsync();
