import { outcome } from "./outcome";
import type { Candidate, Rejection, ScorePart } from "./plan";
import { folded, type Row } from "./table";

/** Beyond so many nodes a page per instance would explain nothing: the best and one of each reason are shown. */
export const mostNodesInFull = 12;
const mostRows = 4;
const mostNames = 3;

type Line = Omit<Row, "lead">;

/** The nodes that would also have worked, best first. */
export function candidateRows(others: readonly Candidate[], isAbridged: boolean): Line[] {
  const rows = folded(others, candidateText);
  if (!isAbridged) return rows;
  const [shown, left] = [rows.slice(0, mostRows), rows.slice(mostRows)];
  const count = left.reduce((sum, { names }) => sum + names.length, 0);
  const more = left.map(({ score }) => ({ names: [`${count} more`], score, text: "or less" })).slice(0, 1);
  return [...shown.map(withFewNames), ...more];
}

/** The nodes that refused. */
export function rejectionRows(rejections: readonly Rejection[], isAbridged: boolean): Line[] {
  const rows = folded(rejections, rejectionText);
  if (!isAbridged) return rows;
  if (rows.length <= mostRows) return rows.map(withFewNames);
  const byToken = new Map<string, Rejection[]>();
  for (const rejection of rejections)
    byToken.set(rejection.token, [...(byToken.get(rejection.token) ?? []), rejection]);
  return [...byToken].map(([token, alike]) => {
    const [first] = alike;
    const isOne = alike.every(({ text }) => text === first!.text);
    const text = `${token}: ${isOne ? "" : `on ${first!.node} `}${first!.text}`;
    return withFewNames({ names: alike.map(({ node }) => node), score: "–", text });
  });
}

/** A score's parts that are not 0. */
export function partsText(parts: readonly ScorePart[]): string {
  const spoken = parts.filter((part) => part.points !== 0);
  return spoken.map((part) => `${part.name} ${points(part.points)}`).join(" + ") || "nothing speaks for it";
}

export function points(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function withFewNames(row: Line): Line {
  const more = row.names.length - mostNames;
  if (more <= 1) return row;
  return { ...row, names: [...row.names.slice(0, mostNames), `${more} more`] };
}

function candidateText({ score, parts, decidedBy }: Candidate) {
  return { score: points(score), text: partsText(parts) + (decidedBy ? `; ${outcome(decidedBy)}` : "") };
}

function rejectionText({ token, text }: Rejection) {
  return { score: "–", text: `${token}: ${text}` };
}
