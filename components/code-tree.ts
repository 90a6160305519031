import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import ignore from "ignore";

/** The files of an experiment's code that go to the nodes. */
export interface CodeTree {
  /** Paths below the root, sorted; regular files and symbolic links. */
  readonly files: readonly string[];
  /** 16 hex digits over paths, contents, link targets and executable bits: the same tree gives the same digest everywhere. */
  readonly digest: string;
}

/**
 * Reads the tree below `root` without what `exclude` (gitignore patterns) leaves out.
 * Throws what the file system throws when a file cannot be read.
 */
export function codeTree(root: string, exclude: readonly string[]): CodeTree {
  const ignored = ignore().add([...exclude]);
  const files: string[] = [];
  const hash = createHash("sha256");
  const visit = (directory: string) => {
    const entries = readdirSync(join(root, directory), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = directory + entry.name;
      if (ignored.ignores(entry.isDirectory() ? `${path}/` : path)) continue;
      if (entry.isDirectory()) visit(`${path}/`);
      else if (entry.isFile() || entry.isSymbolicLink()) {
        files.push(path);
        hash.update(JSON.stringify([path, ...identity(join(root, path), entry.isSymbolicLink())]));
      }
    }
  };
  visit("");
  return { files, digest: hash.digest("hex").slice(0, 16) };
}

function identity(path: string, isLink: boolean): string[] {
  if (isLink) return ["link", readlinkSync(path)];
  const executable = lstatSync(path).mode & 0o100 ? "x" : "-";
  return [executable, createHash("sha256").update(readFileSync(path)).digest("hex")];
}
