import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

let digest: string | undefined;

const supervisorDirectory = join(__dirname, "..", "workloads", "supervisor");

/**
 * A request as `run-on-node.sh` reads it on stdin: a literal for the call of the node's loader. JSON's string literals are
 * Python's, so that JSON of JSON carries any text without being taken for program.
 */
export function nodeRequest(request: Record<string, unknown>): string {
  return JSON.stringify(JSON.stringify(request));
}

/**
 * Stands in a request for the supervisor, which `run-on-node.sh` sends along: another one is another request. Its text stays out
 * of the state, which the engine writes again at every step.
 */
export function supervisorDigest(): string {
  digest ??= createHash("sha256").update(supervisorText()).digest("hex").slice(0, 16);
  return digest;
}

function supervisorText(): string {
  const files = readdirSync(supervisorDirectory).filter((file) => file.endsWith(".py"));
  return JSON.stringify(
    files.sort().map((file) => [file, readFileSync(join(supervisorDirectory, file), "utf8")]),
  );
}
