import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const supervisorDirectory = join(__dirname, "..", "workloads", "supervisor");

/**
 * What a node's Python reads on stdin (`python3 -I - VERB`): the fixed loader, then one call with the request as a literal.
 * JSON's string literals are Python's, so that JSON of JSON carries any text without being taken for program.
 */
export function nodeProgram(request: Record<string, unknown>): string {
  return `${readFileSync(join(supervisorDirectory, "loader.py"), "utf8")}\nload(${JSON.stringify(JSON.stringify(request))})\n`;
}

/** The supervisor as `preflight` installs it on a node: text by file name. */
export function supervisorFiles(): Record<string, string> {
  const files = readdirSync(supervisorDirectory).filter(
    (file) => file.endsWith(".py") && file !== "loader.py",
  );
  return Object.fromEntries(
    files.sort().map((file) => [file, readFileSync(join(supervisorDirectory, file), "utf8")]),
  );
}
