import { readText } from "./read-text";

/** Rows under the names of their columns, as a file of comma-separated values has them. */
export interface Table {
  /** For messages: the file. */
  where: string;
  rows: readonly Row[];
}

export interface Row {
  /** For messages: file and line. */
  where: string;
  values: ReadonlyMap<string, string>;
}

/**
 * Reads comma-separated values: quoted or not, lines ended as on any system, blank ones overlooked. Throws, with file and
 * line, for a file that is none, a column that is missing and a row that is longer or shorter than the header.
 */
export function readTable(file: string, columns: readonly string[]): Table {
  const [header, ...lines] = linesOf(file, readText(file));
  const wanted = `expected comma-separated values under the columns ${columns.join(", ")}`;
  if (!header) throw new Error(`${file}: ${wanted}; got an empty file`);
  const names = header.cells;
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0)
    throw new Error(
      `${file}:${header.line}: ${wanted}; ${missing.join(", ")} missing in ${JSON.stringify(names.join(",").slice(0, 200))}`,
    );
  const twice = columns.find((column) => names.indexOf(column) !== names.lastIndexOf(column));
  if (twice) throw new Error(`${file}:${header.line}: expected each column once; got ${twice} twice`);
  const rows = lines.map(({ line, cells }) => {
    if (cells.length !== names.length)
      throw new Error(
        `${file}:${line}: expected ${names.length} values, as many as the header has columns; got ${cells.length}. ` +
          "A value with a comma in it needs quotes",
      );
    return {
      where: `${file}:${line}`,
      values: new Map(names.map((name, index) => [name, cells[index]!])),
    };
  });
  return { where: file, rows };
}

interface Line {
  /** From 1. */
  line: number;
  cells: string[];
}

function linesOf(file: string, text: string): Line[] {
  const cell = /[ \t]*(?:"([^"]*(?:""[^"]*)*)"[ \t]*|([^",\r\n]*))(,|\r\n?|\n|$)/y;
  const lines: Line[] = [];
  let line = 1;
  let cells: string[] = [];
  let begun = 1;
  while (cell.lastIndex < text.length || cells.length > 0) {
    const found = cell.exec(text);
    if (!found)
      throw new Error(
        `${file}:${line}: expected a quote at the start and at the end of a value, and "" for one within; got one elsewhere`,
      );
    const [whole, quoted, plain, end] = found;
    cells.push(quoted?.replaceAll('""', '"') ?? plain!.trim());
    line += whole.match(/\r\n?|\n/g)?.length ?? 0;
    if (end === ",") continue;
    if (cells.some((value) => value !== "")) lines.push({ line: begun, cells });
    cells = [];
    begun = line;
  }
  return lines;
}
