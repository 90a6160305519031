import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

let loader: string | undefined;
let files: Record<string, string> | undefined;

const supervisorDirectory = join(__dirname, "..", "workloads", "supervisor");

/**
 * What a node's Python reads on stdin (`python3 -I - VERB`): the fixed loader, then one call with the request as a literal.
 * JSON's string literals are Python's, so that JSON of JSON carries any text without being taken for program.
 */
export function nodeProgram(request: Record<string, unknown>): string {
  loader ??= readFileSync(join(supervisorDirectory, "loader.py"), "utf8");
  return `${loader}\nload(${JSON.stringify(JSON.stringify(request))})\n`;
}

/** The supervisor as `preflight` installs it on a node: text by file name. */
export function supervisorFiles(): Record<string, string> {
  files ??= readSupervisor();
  return files;
}

function readSupervisor(): Record<string, string> {
  const names = readdirSync(supervisorDirectory).filter(
    (file) => file.endsWith(".py") && file !== "loader.py",
  );
  return Object.fromEntries(
    names.sort().map((file) => [file, readFileSync(join(supervisorDirectory, file), "utf8")]),
  );
}
