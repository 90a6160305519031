import { readFileSync } from "node:fs";
import { type Kind, type Machine, mostGpus, wholeGpu } from "../../placement/pack/kind";

/** A cluster and a list of pods in the format of Alibaba's cluster-trace-gpu-v2023. */
export interface Trace {
  machines: Machine[];
  kinds: Kind[];
  /** The pods in the order of the file, each by its kind. */
  pods: number[];
}

const mebibyte = 2 ** 20;

export function readTrace(nodesFile: string, podsFile: string): Trace {
  return traceOf(
    readTable(nodesFile, ["sn", "cpu_milli", "memory_mib", "gpu", "model"]),
    readTable(podsFile, ["cpu_milli", "memory_mib", "num_gpu", "gpu_milli"]),
  );
}

/** The same from rows that were read elsewhere, with the files' columns. Throws for a value that is none. */
export function traceOf(nodeRows: readonly Row[], podRows: readonly Row[]): Trace {
  const nodes = [...nodeRows].sort((a, b) => (text(a, "sn") < text(b, "sn") ? -1 : 1));
  const models = [...new Set(nodes.map((row) => text(row, "model")))].sort();
  const machines = nodes.map((row) => ({
    cpuMilli: count(row, "cpu_milli"),
    ramBytes: count(row, "memory_mib") * mebibyte,
    gpuMemoryBytes: 0,
    gpus: gpusOf(row),
    slots: 1e6,
    group: models.indexOf(text(row, "model")),
  }));
  const kinds: Kind[] = [];
  const known = new Map<string, number>();
  const pods = podRows.map((row) => {
    const spec = row.values.get("gpu_spec") ?? "";
    const fields = ["cpu_milli", "memory_mib", "num_gpu", "gpu_milli"].map((name) => count(row, name));
    const key = [...fields, spec].join(",");
    const kind = known.get(key);
    if (kind !== undefined) return kind;
    const [cpuMilli, memory, gpus, asked] = fields as [number, number, number, number];
    const gpuMilli = gpus === 0 ? 0 : asked;
    if (gpus > 0 && (gpuMilli > wholeGpu || gpuMilli === 0 || (gpus > 1 && gpuMilli < wholeGpu)))
      throw new Error(
        `${row.where} gpu_milli: expected 1 to 1000, and 1000 with several GPUs; got ${gpuMilli}`,
      );
    const allowed = spec.split("|").filter((model) => model !== "");
    const takes = models.map((model) =>
      allowed.length === 0 || allowed.includes(model)
        ? { ramBytes: memory * mebibyte, gpuMemoryBytes: 0 }
        : undefined,
    );
    kinds.push({ cpuMilli, gpus, gpuMilli, takes, conflicts: [] });
    known.set(key, kinds.length - 1);
    return kinds.length - 1;
  });
  return { machines, kinds, pods };
}

export interface Row {
  /** For messages. */
  where: string;
  values: ReadonlyMap<string, string>;
}

function readTable(file: string, columns: readonly string[]): Row[] {
  const [header = "", ...lines] = readFileSync(file, "utf8").split(/\r?\n/);
  const names = header.split(",");
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0)
    throw new Error(`${file}:1 expected the columns ${columns.join(", ")}; ${missing.join(", ")} missing`);
  return lines.flatMap((line, index) => {
    if (line === "") return [];
    const cells = line.split(",");
    return [
      {
        where: `${file}:${index + 2}`,
        values: new Map(names.map((name, cell) => [name, cells[cell] ?? ""])),
      },
    ];
  });
}

function gpusOf(row: Row): number {
  const gpus = count(row, "gpu");
  if (gpus > mostGpus) throw new Error(`${row.where} gpu: expected at most ${mostGpus}, got ${gpus}`);
  return gpus;
}

function text({ values }: Row, column: string): string {
  return values.get(column)!;
}

function count(row: Row, column: string): number {
  const value = Number(text(row, column));
  if (text(row, column) === "" || !Number.isInteger(value) || value < 0)
    throw new Error(`${row.where} ${column}: expected a whole number, got "${text(row, column)}"`);
  return value;
}
