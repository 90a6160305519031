/** Milliseconds of a clock that nobody sets. */
export const monotonic = (): number => performance.now();

/** What that clock will show so many seconds from now. */
export const later = (seconds: number): number => monotonic() + 1000 * seconds;
