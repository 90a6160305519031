/** The one line of an update's output that tells best why it failed; empty where it printed nothing. */
export function whatFailed(output: string): string {
  const lines = output
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  const isReason = (line: string) =>
    /berth: |error: /.test(line) && !/error: (update|preview) failed$/.test(line);
  return lines.findLast(isReason) ?? lines.at(-1) ?? "";
}
