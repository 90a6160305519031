import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { whatFailed } from "./what-failed";

const project = join(__dirname, "..", "..");

/** A normal update under way. */
export interface RunningUp {
  readonly child: ChildProcess;
  /** Its exit status, and the line of its output that tells best how that came. */
  readonly ended: Promise<{ readonly status: number; readonly said: string }>;
}

/**
 * Starts `./berth up STACK --yes`, as anybody may type it: preview, policies and stickiness hold. It prints into a file, so that it
 * goes on when the watch is killed.
 * @param replace instances to be started anew
 */
export function runUp(
  stack: string,
  configFile: string | undefined,
  log: string,
  replace: readonly string[],
): RunningUp {
  // An update whose watch was killed writes on into its own.
  if (existsSync(log)) renameSync(log, `${log}.1`);
  const output = openSync(log, "w", 0o600);
  const child = spawn(
    process.execPath,
    [
      join(project, "berth"),
      ...["up", stack, "--yes"],
      ...(configFile === undefined ? [] : ["--config-file", configFile]),
      "--",
      ...["--non-interactive", "--color", "never"],
      ...replace.flatMap((instance) => ["--replace", `**::${instance}-start`]),
    ],
    { stdio: ["ignore", output, output] },
  );
  closeSync(output);
  const status = new Promise<number>((done, fail) => {
    child.on("error", fail);
    child.on("close", (code, signal) => done(code ?? 128 + constants.signals[signal!]));
  });
  return {
    child,
    ended: status.then((ended) => ({ status: ended, said: whatFailed(readFileSync(log, "utf8")) })),
  };
}
