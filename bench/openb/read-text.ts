import { readFileSync } from "node:fs";

/** What a file says, without the mark that some programs begin it with. Throws, with the file and the reason, where it cannot be read. */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const known: Record<string, string> = {
      ENOENT: "there is no such file. A path that does not begin with / begins in the project's folder",
      EISDIR: "it is a folder",
      EACCES: "this user may not read it",
    };
    throw new Error(`${file}: expected a readable file; ${known[code ?? ""] ?? message}`);
  }
}
