import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { codeTree } from "../../components/code-tree";
import type { Reach } from "../../components/reach";
import { runOnNode } from "../node/run-on-node";
import type { CopiedCode } from "../stack/state";

/**
 * The files of a node's code that differ by content from what was copied there, or are gone. Empty where the code here has been
 * changed since, so that there is nothing to compare with, or the node does not answer.
 */
export async function editedFiles(reach: Reach, code: CopiedCode | undefined): Promise<string[]> {
  if (!code || !existsSync(code.root)) return [];
  const tree = codeTree(code.root, code.exclude);
  if (tree.digest !== code.digest) return [];
  const { status, stdout } = await runOnNode(reach, "connect", "", 20);
  if (status !== 0) return [];
  const listed = await rsyncDryRun(
    [
      `--rsh=ssh -F "${stdout.trim()}"`,
      "--",
      `${code.root}/`,
      `node:${code.remoteDirectory}/${code.digest}/`,
    ],
    tree.files.map((file) => `./${file}`).join("\0"),
  );
  // Only of files and links, and not those of which the time alone differs: `>fcst......` `>f+++++++++` `cL+++++++++`.
  return listed.split("\n").flatMap((line) => /^[<>c][fL](?:\+|c).{8} (.+)$/.exec(line)?.[1] ?? []);
}

function rsyncDryRun(args: readonly string[], input: string): Promise<string> {
  const own = ["--dry-run", "--itemize-changes", "--archive", "--checksum", "--no-owner", "--no-group"];
  const paths = ["--protect-args", "--timeout=60", "--files-from=-", "--from0"];
  return new Promise((resolve) => {
    const child = spawn("rsync", [...own, ...paths, ...args], { stdio: ["pipe", "pipe", "ignore"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
    child.stdin.on("error", () => {}).end(input);
    child.on("error", () => resolve(""));
    child.on("close", () => resolve(text));
  });
}
