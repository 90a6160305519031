import { readFileSync } from "node:fs";

/** Whether this process belongs to the group that a terminal's keys reach. */
export function isInForeground(): boolean {
  const [, , group, , , foreground] = afterName(readFileSync("/proc/self/stat", "utf8"));
  return group === foreground;
}

/** The fields of /proc/<pid>/stat from the third on: the second, the program's name, may hold anything. */
const afterName = (stat: string): string[] => stat.slice(stat.lastIndexOf(")") + 2).split(" ");
