import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * A back end of files writes a state whole or not at all, but not the small `.attrs` file beside it (content type, checksum): an
 * empty one of a killed Pulumi makes the whole state unreadable ("failed to load checkpoint: EOF"), without one it is read. So one
 * that is cut off is removed. Only while nobody works on the stack. Returns a sentence about each.
 * @param state folder of the back end
 */
export function removeHalfWritten(state: string, stack: string): string[] {
  const folder = join(state, ".pulumi", "stacks", "berth");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const cutOff = names.filter(
    (name) => name.startsWith(`${stack}.json`) && name.endsWith(".attrs") && !isJson(join(folder, name)),
  );
  return cutOff.map((name) => {
    rmSync(join(folder, name), { force: true });
    return `${name} was being written when Pulumi was killed; it is removed, and the state beside it is whole`;
  });
}

function isJson(file: string): boolean {
  try {
    JSON.parse(readFileSync(file, "utf8"));
    return true;
  } catch {
    return false;
  }
}
