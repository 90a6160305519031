import { spawn } from "node:child_process";
import type { Reach } from "../../components/reach";
import { runOnNode } from "./run-on-node";

/** What a copy brought. */
export interface Copied {
  readonly files: number;
  readonly bytes: number;
  readonly problem?: string;
}

/**
 * Copies a folder of a node to this computer with rsync, over the connection that updates use: resumable, and nothing here is deleted.
 * Links that lead out of the folder, devices and pipes stay there. Never throws for what is wrong over there.
 * @param from the folder, from the login's home or absolute
 * @param rules rsync's filter, e.g. `--exclude=*.db`
 * @param onFile sees the size of each file that came
 */
export async function copyFromNode(
  reach: Reach,
  from: string,
  to: string,
  rules: readonly string[],
  onFile: (bytes: number) => void,
): Promise<Copied> {
  const { status, stdout, stderr } = await runOnNode(reach, "connect", "", 20);
  if (status !== 0) return { files: 0, bytes: 0, problem: stderr.trim() };
  const args = [
    "--archive",
    "--no-owner",
    "--no-group",
    "--no-devices",
    "--no-specials",
    "--safe-links",
    // What an interrupted copy has of a large file is not begun anew.
    "--partial-dir=.rsync-partial",
    "--protect-args",
    "--timeout=60",
    "--out-format=%l %i",
    `--rsh=ssh -F "${stdout.trim()}"`,
    ...rules,
    "--",
    `node:${from}/`,
    `${to}/`,
  ];
  return new Promise((resolve) => {
    const child = spawn("rsync", args, { stdio: ["ignore", "pipe", "pipe"] });
    let [files, bytes, rest, complaints] = [0, 0, "", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const [, size] = /^(\d+) >f/.exec(line) ?? [];
        if (size === undefined) continue;
        files += 1;
        bytes += Number(size);
        onFile(Number(size));
      }
    });
    child.stderr.setEncoding("utf8").on("data", (chunk) => (complaints += chunk));
    child.on("error", (error) =>
      resolve({
        files,
        bytes,
        problem: `rsync cannot be run here: ${error.message}; install it (apt-get install rsync)`,
      }),
    );
    child.on("close", (code) =>
      resolve(
        code === 0
          ? { files, bytes }
          : {
              files,
              bytes,
              problem: `rsync ended with ${code}: ${complaints.trim().split("\n").join("; ")}`,
            },
      ),
    );
  });
}
