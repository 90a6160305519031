import { readFileSync } from "node:fs";
import type { TestBed } from "./test-bed";

/** Pids of an instance's processes on this computer, its supervisor among them. */
export function processesOf(bed: TestBed, instance: string): number[] {
  return bed
    .left()
    .processes.map((line) => Number(line.split(" ")[0]))
    .filter((pid) => tagOf(pid) === instance);
}

function tagOf(pid: number): string | undefined {
  try {
    return /BERTH_TAG=([^\0]*)/
      .exec(readFileSync(`/proc/${pid}/environ`, "utf8"))?.[1]
      ?.split("/")
      .at(-1);
  } catch {
    return undefined;
  }
}
