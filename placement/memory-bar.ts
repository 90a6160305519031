/** Sizes in bytes; `limit` is where the required headroom begins. */
export interface Memory {
  total: number;
  placed: number;
  others: number;
  coTenants: number;
  reserved?: number;
  limit?: number;
}

/**
 * A pool of memory drawn to scale. Whatever is there shows as at least one cell, so that small things are not lost.
 * @param free the sign of a free cell
 */
export function memoryBar(
  { total, placed, others, coTenants, reserved = 0, limit }: Memory,
  width: number,
  free = "·",
): string {
  const cells = (bytes: number) => (bytes > 0 ? Math.max(1, Math.round((bytes / total) * width)) : 0);
  const kept = "░".repeat(cells(reserved));
  const taken = "█".repeat(cells(placed)) + "▓".repeat(cells(others)) + "▒".repeat(cells(coTenants));
  const bar = (taken.padEnd(width - kept.length, free) + kept).slice(0, width);
  if (limit === undefined) return bar;
  const mark = cells(limit);
  return `${bar.slice(0, mark)}┃${bar.slice(mark)}`;
}
