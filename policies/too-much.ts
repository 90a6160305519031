import { showGb } from "../topology/units";
import { type Holding, sum } from "./held-memory";

const gib = 2 ** 30;

/** The sum with its parts and the limit; then the smallest change that satisfies it. In GiB, too, where a part is whole GiB. */
export function tooMuch(
  what: { readonly node: string; readonly pool: string; readonly field: string },
  limit: { readonly bytes: number; readonly reason: string },
  holdings: readonly Holding[],
): string {
  const parts = holdings
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
  const sizes = [...new Set(parts.map(({ bytes }) => bytes))];
  const isGib = parts.some(({ bytes }) => bytes % gib === 0);
  const show = (bytes: number, round = Math.round) =>
    showGb(bytes, round) + (isGib ? ` (${round((bytes / gib) * 100) / 100} GiB)` : "");
  const over = sum(parts) - limit.bytes;
  return [
    `${what.node}: ${show(sum(parts))} of ${what.pool} would be held, the limit is ${show(limit.bytes, Math.floor)}: ${limit.reason}`,
    `it is ${sizes.map((size) => together(parts, size, show(size))).join(" + ")}`,
    `the smallest change: ${show(over, Math.ceil)} less${remedy(parts, over, what.field)}`,
  ].join("\n");
}

/** Those of one size together: a cluster has many workers that are alike. */
function together(parts: readonly Holding[], size: number, shown: string): string {
  const names = parts.filter(({ bytes }) => bytes === size).map(({ name }) => name);
  return names.length > 1 ? `${names.length} × ${shown} (${names.join(", ")})` : `${names[0]} ${shown}`;
}

function remedy(parts: readonly Holding[], over: number, field: string): string {
  const own = parts.filter(({ adjustableBytes }) => adjustableBytes !== undefined);
  if (sum(own) < over) return "; that is more than this stack puts there, so others have to give way";
  const [first, ...more] = leaving(own, over);
  if (more.length > 0) return `: ${[first!, ...more].map(({ name }) => name).join(" and ")} on other nodes`;
  const left = Math.floor((first!.adjustableBytes! - over) / 1e7) / 100;
  const lower = left > 0 ? `${first!.field ?? field} of ${first!.name} lowered to ${left}, or ` : "";
  return `: ${lower}${first!.name} on another node`;
}

/** The fewest that make room for `bytes`; of those that are enough the smallest. @param own largest first */
function leaving(own: readonly Holding[], bytes: number): Holding[] {
  const enough = own.findLast((holding) => holding.bytes >= bytes);
  if (enough) return [enough];
  const [largest, ...rest] = own;
  return [largest!, ...leaving(rest, bytes - largest!.bytes)];
}
