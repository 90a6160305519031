import { Command } from "commander";
import { pack } from "../../placement/pack/pack";
import { solver } from "../../placement/solver";
import { allocationBound } from "./bound";
import { readSmallInstances } from "./small-instance";
import { countOf } from "./strategies";

/** About a second and a half on one core for a hundred machines; a count, so that every machine finds the same. */
const rounds = 250_000;

/** Packs every small instance of a file and compares with the best known. Exit status 1 when one is worse. */
async function main({ instances, json }: { instances: string; json?: true }): Promise<void> {
  const highs = await solver();
  const read = readSmallInstances(instances);
  const rows = read.map(({ name, bestKnown, knownBound, trace: { kinds, machines, pods } }) => {
    const counts = countOf(kinds, pods);
    const capacity = machines.reduce((sum, { gpus }) => sum + gpus * 1000, 0);
    const start = process.cpuUsage();
    const packing = pack(kinds, counts, machines, rounds);
    const { user, system } = process.cpuUsage(start);
    const idle = packing.gpuLeft.reduce((sum, left) => sum + left, 0);
    return {
      instance: name,
      allocated_pct: rounded(100 * (1 - idle / capacity)),
      best_known_pct: bestKnown,
      known_bound_pct: knownBound,
      own_bound_pct: rounded(100 * allocationBound(kinds, counts, machines, highs)),
      seconds: rounded((user + system) / 1e6),
    };
  });
  if (json) for (const row of rows) console.log(JSON.stringify(row));
  else console.table(rows);
  if (rows.some((row) => row.allocated_pct < row.best_known_pct)) process.exitCode = 1;
}

const rounded = (value: number) => Math.round(value * 100) / 100;

new Command("npm run bench:small --")
  .description("Our packing of small instances against the best known packings of them")
  .requiredOption("--instances <file>", "JSON: a list of name, best_known_alloc_pct, nodes, pods …")
  .option("--json", "a line of JSON for each instance")
  .addHelpText(
    "after",
    "\nExit status: 0 none is worse than the best known, 1 one is, or the file is not readable as such.",
  )
  .action(main)
  .parseAsync()
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
