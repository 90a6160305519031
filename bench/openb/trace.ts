import { gpuOf, type Kind, type Machine, mostGpus, wholeGpu } from "../../placement/pack/kind";
import { modelsOf, remarksOf } from "./remarks";
import { type Row, readTable, type Table } from "./table";

/** A cluster and a list of pods in the format of Alibaba's cluster-trace-gpu-v2023. */
export interface Trace {
  machines: Machine[];
  kinds: Kind[];
  /** The pods in the order of the file, each by its kind. */
  pods: number[];
}

const mebibyte = 2 ** 20;

/**
 * Throws for files that have no such tables, as `traceOf` does for what they say.
 * @returns besides, what is odd in them and yet may be meant
 */
export function readTrace(nodesFile: string, podsFile: string): Trace & { remarks: string[] } {
  const nodes = readTable(nodesFile, ["sn", "cpu_milli", "memory_mib", "gpu", "model"]);
  const pods = readTable(podsFile, ["cpu_milli", "memory_mib", "num_gpu", "gpu_milli"]);
  const trace = traceOf(nodes, pods);
  return { ...trace, remarks: remarksOf(nodes, pods, trace) };
}

/**
 * The same from tables that were read elsewhere, with the files' columns. Throws for a value that is none, and where there
 * is nothing to measure: no node, no pod, no GPU, or none that is asked for.
 */
export function traceOf(nodeTable: Table, podTable: Table): Trace {
  const nodes = [...nodeTable.rows].sort((a, b) => compare(text(a, "sn"), text(b, "sn")));
  const models = [...new Set(nodes.map((row) => text(row, "model")))].sort();
  const machines = nodes.map((row) => machineOf(row, models));
  if (nodes.length === 0) throw new Error(`${nodeTable.where}: expected at least one node; got none`);
  if (machines.every(({ gpus }) => gpus === 0))
    throw new Error(
      `${nodeTable.where}: expected at least one node with a GPU, since the share of the GPUs that is allocated is measured; ` +
        `got ${nodes.length} without (column gpu)`,
    );

  const kinds: Kind[] = [];
  const known = new Map<string, number>();
  const pods = podTable.rows.map((row) => {
    const key = [...demands.map((column) => count(row, column)), row.values.get("gpu_spec")].join();
    const index = known.get(key) ?? kinds.push(kindOf(row, models)) - 1;
    known.set(key, index);
    return index;
  });
  if (pods.length === 0) throw new Error(`${podTable.where}: expected at least one pod; got none`);
  if (kinds.every((kind) => gpuOf(kind) === 0))
    throw new Error(
      `${podTable.where}: expected at least one pod that asks for a GPU, since pods arrive until the GPUs are asked for; ` +
        `got ${pods.length} that ask for none (column num_gpu)`,
    );
  return { machines, kinds, pods };
}

const demands = ["cpu_milli", "memory_mib", "num_gpu", "gpu_milli"];

function machineOf(row: Row, models: readonly string[]): Machine {
  const gpus = count(row, "gpu");
  if (gpus > mostGpus)
    throw new Error(
      `${row.where} gpu: expected at most ${mostGpus}, more than any node of the trace has; got ${gpus}`,
    );
  return {
    cpuMilli: count(row, "cpu_milli"),
    ramBytes: count(row, "memory_mib") * mebibyte,
    gpus,
    slots: 1e6,
    group: models.indexOf(text(row, "model")),
  };
}

function kindOf(row: Row, models: readonly string[]): Kind {
  const [cpuMilli, memory, gpus, asked] = demands.map((column) => count(row, column)) as [
    number,
    number,
    number,
    number,
  ];
  if (gpus > 0 && (asked > wholeGpu || asked === 0 || (gpus > 1 && asked < wholeGpu)))
    throw new Error(
      `${row.where} gpu_milli: expected what is taken of each GPU: 1 to ${wholeGpu}, and ${wholeGpu} with several GPUs; ` +
        `got ${asked} with num_gpu ${gpus}`,
    );
  const allowed = modelsOf(row);
  const takes = models.map((model) =>
    allowed.length === 0 || allowed.includes(model)
      ? { ramBytes: memory * mebibyte, gpuMemoryBytes: 0 }
      : undefined,
  );
  return { cpuMilli, gpus, gpuMilli: gpus === 0 ? 0 : asked, takes, conflicts: [] };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function text({ values }: Row, column: string): string {
  return values.get(column)!;
}

/** Written as `16` or, as some programs do, `16.0`. */
function count(row: Row, column: string): number {
  if (!/^\d{1,12}(\.0+)?$/.test(text(row, column)))
    throw new Error(
      `${row.where} ${column}: expected a whole number of at most 12 digits; got "${text(row, column)}"`,
    );
  return Number(text(row, column));
}
