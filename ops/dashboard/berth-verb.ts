import { spawn } from "node:child_process";
import { join } from "node:path";

const berth = join(__dirname, "..", "..", "berth");

/** How a verb ended and what it printed. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `./berth ARGS` apart from this process, as a person would: the page shows what the terminal shows, and a page that is
 * served all day keeps nothing of it. What is aborted is ended, and has ended when this resolves. Never throws.
 */
export function berthVerb(args: readonly string[], signal: AbortSignal): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [berth, ...args], { stdio: ["ignore", "pipe", "pipe"], signal });
    const ended = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        ended[stream] += text;
      });
    child.on("error", (error) => {
      if (child.pid === undefined) resolve({ status: null, stdout: "", stderr: error.message });
    });
    child.on("close", (status) => resolve({ status, ...ended }));
  });
}
