import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { codeTree } from "./code-tree";
import { runOnNodePath } from "./reach";

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
  const connect = spawnSync("sh", [runOnNodePath, "connect"], {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (connect.status !== 0) fail("nothing was copied");
  const args = [
    "--archive",
    "--checksum",
    "--no-owner",
    "--no-group",
    "--protect-args",
    "--timeout=60",
    "--files-from=-",
    "--from0",
  ];
  args.push(
    "--link-dest=../current",
    `--rsh=ssh -F "${connect.stdout.trim()}"`,
    "--",
    `${request.root}/`,
    `node:${request.remoteDirectory}/${request.digest}/`,
  );
  const rsync = spawnSync("rsync", args, {
    input: tree.files.map((file) => `./${file}`).join("\0"),
    encoding: "utf8",
  });
  if (rsync.error)
    fail(`rsync cannot be run here: ${rsync.error.message}; install it (apt-get install rsync)`);
  // A first copy has nothing to link to, and says so.
  const complaints = rsync.stderr
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("--link-dest arg"));
  if (rsync.status !== 0) fail(`rsync ended with ${rsync.status ?? rsync.signal}: ${complaints.join("\n")}`);
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
