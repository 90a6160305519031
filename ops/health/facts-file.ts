import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type FactsSnapshot, readFacts } from "../../topology/facts";

/** The snapshot that was taken last; undefined when there is none. A damaged one is no reason not to write a sound one. */
export function lastFacts(file: string): FactsSnapshot | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return readFacts(file);
  } catch {
    return undefined;
  }
}

/** Writes it whole or not at all: a preview may read it at any moment. */
export function writeFacts(file: string, snapshot: FactsSnapshot): void {
  mkdirSync(dirname(file), { recursive: true });
  const whole = `${file}.${process.pid}`;
  writeFileSync(whole, `${JSON.stringify(snapshot, null, 2)}\n`);
  renameSync(whole, file);
}
