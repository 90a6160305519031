const bytesPerGb = 1_000_000_000;

/** Whole bytes of a size written in GB (10⁹ bytes). */
export function bytesFromGb(gb: number): number {
  return Math.round(gb * bytesPerGb);
}

/** The same size as Kubernetes' own tools write it: `14.9 GiB`. */
export function showGib(bytes: number, round: (value: number) => number = Math.round): string {
  return `${round(bytes / (2 ** 30 / 100)) / 100} GiB`;
}

/** A size for people: `12 GB`, `6.8 GB`, `0.05 GB`. @param round which way the third decimal goes */
export function showGb(bytes: number, round: (value: number) => number = Math.round): string {
  return `${round(bytes / (bytesPerGb / 100)) / 100} GB`;
}
