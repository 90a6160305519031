import { readFileSync } from "node:fs";

/** The most RAM that each process had at one time, in bytes, as the kernel counted it; processes that do not run are left out. */
export function peakMemoryBytes(pids: Readonly<Record<string, number | undefined>>): Record<string, number> {
  const peaks = Object.entries(pids).map(([name, pid]) => {
    const status = pid === undefined ? "" : readFileSync(`/proc/${pid}/status`, "utf8");
    return [name, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024] as const;
  });
  return Object.fromEntries(peaks.filter(([, bytes]) => bytes > 0));
}
