import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Makes room for what a stack's run on a node has left: what was fetched of another run, before a purge, moves to a folder beside
 * it, which is returned. What is here of no known run stays. Killed in the middle it goes on with the next call. Throws what the
 * file system does.
 * @param to the node's folder here
 * @param run as the node calls it; empty: it cannot tell
 */
export function setFormerRunAside(to: string, stack: string, run: string): string | undefined {
  const mark = join(to, stack, ".fetched");
  const before = existsSync(mark) ? readFileSync(mark, "utf8").trim() : "";
  const aside = `${to}.${before}`;
  const isOther = before !== "" && before !== run;
  if (isOther) {
    mkdirSync(aside, { recursive: true });
    // The stack's folder goes last: with it goes the mark.
    for (const name of ["experiments.db", stack])
      if (existsSync(join(to, name))) renameSync(join(to, name), join(aside, name));
  }
  if (run !== "") {
    mkdirSync(join(to, stack), { recursive: true });
    // Before anything comes: a copy that is cut off is of this run, too.
    writeFileSync(mark, `${run}\n`);
  }
  return isOther ? aside : undefined;
}
