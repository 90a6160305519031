import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isEnding } from "../is-ending";
import { signal } from "../isolated/cgroup";

export interface ServerProcessArgs {
  /** Folder of the log and the pid file, and the working directory; an argument must name a path below it. */
  readonly root: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Whether it is ready; asked again and again, may throw for "not yet". */
  readonly isReady: () => Promise<boolean> | boolean;
  /** Seconds it may take. @default 120 */
  readonly seconds?: number;
}

/**
 * Makes sure that a server runs that outlives this process; one that runs already is left alone. Throws with the end of its log
 * when it ends or is not ready in time.
 */
export async function ensureServer(args: ServerProcessArgs): Promise<void> {
  const { root, program, seconds = 120 } = args;
  const name = basename(program);
  if (runningServer(root, name) === undefined) start(args, name);
  for (const deadline = Date.now() + seconds * 1_000; !(await isReady(args)); await sleep(50)) {
    const isRunning = runningServer(root, name) !== undefined;
    if (isRunning && Date.now() < deadline) continue;
    const reason = isRunning ? `not ready in ${seconds} s` : "ended";
    throw new Error(
      `${name} did not come up (${reason}); the end of ${logOf(root, name)}:\n${tail(root, name)}`,
    );
  }
}

/** Process id of a server that `ensureServer` started, by whichever process; `undefined` when it does not run. */
export function runningServer(root: string, name: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile(root, name), "utf8"));
    // The pid may have been given to another process since: its command line must name the program and our folder.
    const [program, ...args] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return basename(program!) === name && args.some((arg) => arg.includes(`${root}/`)) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Ends a server and waits until it is gone and its ports are free; nothing running is success. */
export async function endServer(root: string, name: string): Promise<void> {
  const server = runningServer(root, name);
  for (let tries = 0; server !== undefined && runningServer(root, name) === server; tries++) {
    signal(server, tries < 250 ? "SIGTERM" : "SIGKILL");
    await sleep(20);
  }
  while (server !== undefined && isEnding(server)) await sleep(20);
  rmSync(pidFile(root, name), { force: true });
}

function start({ root, program, args }: ServerProcessArgs, name: string): void {
  mkdirSync(join(root, "logs"), { recursive: true });
  const log = openSync(logOf(root, name), "w");
  const stdio = ["ignore", log, log] as const;
  const server = spawn(program, args, {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: root },
    detached: true,
    stdio: [...stdio],
  });
  server.on("error", (error) => writeFileSync(log, `${error.message}\n`));
  server.unref();
  if (server.pid !== undefined) writeFileSync(pidFile(root, name), `${server.pid}`);
}

async function isReady({ isReady }: ServerProcessArgs): Promise<boolean> {
  try {
    return await isReady();
  } catch {
    return false;
  }
}

function tail(root: string, name: string): string {
  const log = logOf(root, name);
  return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").slice(-8).join("\n") : "";
}

const logOf = (root: string, name: string) => join(root, "logs", `${name}.log`);
const pidFile = (root: string, name: string) => join(root, `${name}.pid`);
