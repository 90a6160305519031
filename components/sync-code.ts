import { readFileSync } from "node:fs";
import { codeTree } from "./code-tree";
import { rsync } from "./rsync";
import { syncArguments } from "./sync-arguments";

/** What `sync-code` reads from stdin, as JSON. How to reach the node stands in the environment, as for `run-on-node.sh`. */
export interface SyncRequest {
  readonly root: string;
  readonly exclude: readonly string[];
  /** The digest that was previewed. */
  readonly digest: string;
  /** Where the stack's code lies on the node, relative to the login's home or absolute. */
  readonly remoteDirectory: string;
}

/**
 * Program (`node --import tsx components/sync-code.ts`): copies a code tree into `<remoteDirectory>/<digest>` on a node with rsync
 * over the node's SSH connection. Files that did not change since its current tree are hard links there and are not sent again.
 */
function main(): void {
  const request: SyncRequest = JSON.parse(readFileSync(0, "utf8"));
  const tree = codeTree(request.root, request.exclude);
  if (tree.digest !== request.digest)
    fail(
      `the code in ${request.root} changed while the update was under way; run it again (exclude what changes all the time with code.exclude)`,
    );
  rsync(
    syncArguments(request.root, `${request.remoteDirectory}/${request.digest}`),
    process.env,
    tree.files.map((file) => `./${file}`).join("\0"),
  );
}

function fail(reason: string): never {
  throw new Error(reason);
}

try {
  main();
} catch (error) {
  process.stderr.write(`berth: code sync: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
