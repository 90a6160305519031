import { stripVTControlCharacters } from "node:util";

/** A terminal that shows the same few lines anew, as far as they fit. */
export class Screen {
  constructor(private readonly out: NodeJS.WriteStream) {}

  show(lines: readonly string[]): void {
    const { columns = 100, rows = 24 } = this.out;
    const room = rows - 1;
    const missing = lines.length - room;
    const shown =
      missing > 0 ? [...lines.slice(0, room - 1), `… ${missing + 1} more lines, for a higher window`] : lines;
    const fitting = shown.map((line) => cut(line, columns));
    // Home, then each line with what was right of it removed, then all below.
    this.out.write(`\u001b[H${fitting.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`);
  }

  clear(): void {
    this.out.write("\u001b[2J\u001b[H");
  }
}

/** A line too long loses its colours: cut in the middle of one it would colour what follows. */
function cut(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= columns ? line : `${plain.slice(0, columns - 1)}…`;
}
