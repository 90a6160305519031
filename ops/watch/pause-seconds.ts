export const longestPauseSeconds = 600;

/** How long to wait before the next try, after so many: twice as long each time. */
export function pauseSeconds(intervalSeconds: number, tries: number): number {
  return Math.min(longestPauseSeconds, intervalSeconds * 2 ** tries);
}
