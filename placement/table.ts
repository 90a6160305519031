export const width = 100;
const widestName = 24;

export interface Row {
  lead: string;
  names: readonly string[];
  score: string;
  text: string;
}

/** Rows as aligned columns of at most 100 characters; long names and texts continue below themselves. */
export function table(rows: readonly Row[]): string[] {
  const nameWidth = Math.min(widestName, Math.max(...rows.map(({ names }) => names.join(", ").length)));
  const hasScores = rows.some(({ score }) => score !== "");
  const scoreWidth = hasScores ? 6 : 0;
  return rows.flatMap(({ lead, names, score, text }) => {
    const left = wrap(names.join(", "), nameWidth);
    const right = wrap(text, width - lead.length - nameWidth - scoreWidth - 2);
    return Array.from({ length: Math.max(left.length, right.length) }, (_, line) => {
      const start = line === 0 ? lead : " ".repeat(lead.length);
      const middle = (line === 0 ? score : "").padStart(scoreWidth);
      return `${start}${(left[line] ?? "").padEnd(nameWidth)}${middle}  ${right[line] ?? ""}`.trimEnd();
    });
  });
}

/** Nodes that have the same to say share a row, at the place of the first. */
export function folded<Item extends { node: string }>(
  items: readonly Item[],
  textOf: (item: Item) => { score: string; text: string },
): { names: string[]; score: string; text: string }[] {
  const rows = new Map<string, { names: string[]; score: string; text: string }>();
  for (const item of items) {
    const { score, text } = textOf(item);
    const row = rows.get(score + text);
    if (row) row.names.push(item.node);
    else rows.set(score + text, { names: [item.node], score, text });
  }
  return [...rows.values()];
}

/** Breaks at spaces, and inside a word only where it is longer than a line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (joined.length <= width) {
      line = joined;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return [...lines, line];
}
