import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Lets `build` fill a folder beside `path` and gives it that name when it is complete: whoever sees `path` sees all of it,
 * whatever was interrupted, and whichever of two set-ups at once was first.
 */
export async function putInPlace(path, build) {
  const partial = `${path}.partial-${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  try {
    mkdirSync(partial);
    await build(partial);
    renameSync(partial, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
