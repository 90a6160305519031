import { readText } from "./read-text";
import type { Table } from "./table";
import { type Trace, traceOf } from "./trace";

/** A few machines and a list of pods, with the best that is known of them, in %. */
export interface SmallInstance {
  name: string;
  bestKnown: number;
  knownBound: number;
  trace: Trace;
}

/** A file of them: a list of objects with rows in the words of the trace's columns. Throws for anything else, with the place in it. */
export function readSmallInstances(file: string): SmallInstance[] {
  const list = parsed(file);
  if (!Array.isArray(list) || list.length === 0)
    throw new Error(`${file}: expected a list of instances, at least one; got ${short(list)}`);
  return list.map((one: unknown, index) => {
    const where = `${file}[${index}]`;
    const fields = new Map(Object.entries(typeof one === "object" && one !== null ? one : {}));
    const number = (field: string) => {
      const value = fields.get(field);
      if (typeof value === "number") return value;
      throw new Error(`${where}.${field}: expected a number; got ${short(value)}`);
    };
    const name = fields.get("name");
    if (typeof name !== "string") throw new Error(`${where}.name: expected a text; got ${short(name)}`);
    return {
      name,
      bestKnown: number("best_known_alloc_pct"),
      knownBound: number("upper_bound_alloc_pct"),
      trace: traceOf(
        tableOf(where, fields, "nodes", ["model", "gpus", "cpu_milli", "memory_mib"]),
        tableOf(where, fields, "pods", ["cpu_milli", "memory_mib", "num_gpu", "gpu_milli"]),
      ),
    };
  });
}

function parsed(file: string): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: expected JSON; ${(error as Error).message}`);
  }
}

function tableOf(
  where: string,
  fields: ReadonlyMap<string, unknown>,
  list: "nodes" | "pods",
  columns: readonly string[],
): Table {
  const names = fields.get(`${list}_fields`);
  const rows = fields.get(list);
  const missing = columns.filter((column) => !Array.isArray(names) || !names.includes(column));
  if (!Array.isArray(names) || missing.length > 0)
    throw new Error(
      `${where}.${list}_fields: expected a list with ${columns.join(", ")}; ${missing.join(", ")} missing in ${short(names)}`,
    );
  if (!Array.isArray(rows)) throw new Error(`${where}.${list}: expected a list of rows; got ${short(rows)}`);
  return {
    where: `${where}.${list}`,
    rows: rows.map((cells: unknown, index) => {
      if (!Array.isArray(cells) || cells.length !== names.length)
        throw new Error(
          `${where}.${list}[${index}]: expected ${names.length} values, one for each of ${list}_fields; got ${short(cells)}`,
        );
      return {
        where: `${where}.${list}[${index}]`,
        values: new Map([
          // They have no names: the order of the list counts.
          ["sn", `${index}`.padStart(6, "0")],
          ...names.map((name, cell): [string, string] => [name === "gpus" ? "gpu" : name, `${cells[cell]}`]),
        ]),
      };
    }),
  };
}

function short(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80);
}
