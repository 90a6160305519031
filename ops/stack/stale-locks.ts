import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { removeHalfWritten } from "./half-written-state";

/** A lock of Pulumi's file back end. */
interface Lock {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  /** ISO time. */
  readonly timestamp: string;
}

const project = join(__dirname, "..", "..");

/**
 * Removes the locks that processes of this machine left on a stack when they died, in a back end of files, and what they had
 * written half; any other lock is left to whoever holds it. Returns a sentence about each.
 */
export async function clearStaleLocks(stack: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const state = await stateFolder(env);
  if (state === undefined) return [];
  const name = stack.split("/").pop()!;
  const folder = join(state, ".pulumi", "locks", "organization", "berth", name);
  const found = () => (existsSync(folder) ? readdirSync(folder) : []);
  const locks = () =>
    found()
      .filter((lock) => lock.endsWith(".json"))
      .map((lock) => join(folder, lock));
  const said = clear(locks(), stack);
  return locks().length === 0 ? [...said, ...removeHalfWritten(state, name)] : said;
}

function clear(files: readonly string[], stack: string): string[] {
  return files.map((file) => {
    const lock = readLock(file);
    if (lock === undefined)
      return `the lock ${file} cannot be read; if nobody works on this stack, type  pulumi cancel ${stack}`;
    const holder = `pulumi process ${lock.pid} of ${lock.username}@${lock.hostname}`;
    if (lock.hostname !== hostname())
      return `${holder} has held this stack since ${lock.timestamp}; if it is no more there, type  pulumi cancel ${stack}`;
    if (!isDead(lock))
      return `${holder} has been at work on this stack since ${lock.timestamp}; wait for its end`;
    for (const part of [file, `${file}.attrs`]) rmSync(part, { force: true });
    return `${holder} died at work on this stack; its lock of ${lock.timestamp} is removed`;
  });
}

/** `undefined`: it is being written, or is none. */
function readLock(file: string): Lock | undefined {
  try {
    const lock: Partial<Lock> = JSON.parse(readFileSync(file, "utf8"));
    return typeof lock.pid === "number" && lock.pid > 0 && lock.hostname && lock.timestamp
      ? (lock as Lock)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The folder of the back end in use; `undefined` when that is no folder. */
async function stateFolder(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const url = env.PULUMI_BACKEND_URL || (await currentBackEnd(env));
  if (!url?.startsWith("file://")) return undefined;
  return resolve(
    project,
    url
      .slice("file://".length)
      .replace(/\?.*$/, "")
      .replace(/^~(?=\/|$)/, homedir()),
  );
}

/** `undefined`: nobody is logged in, of which Pulumi will speak itself. */
async function currentBackEnd(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const asked = await promisify(execFile)("pulumi", ["whoami", "--json", "--verbose"], {
      cwd: project,
      env,
    });
    return JSON.parse(asked.stdout).url;
  } catch {
    return undefined;
  }
}

/**
 * Whether the process that made the lock is proven to be no more: a younger one may have got its number. Younger alone proves
 * nothing, for a clock that is put forward makes all that runs look younger.
 */
function isDead({ pid, timestamp }: Lock): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  const now = living(pid);
  if (now === undefined) return false;
  return now.zombie || (now.name !== "pulumi" && now.started > Date.parse(timestamp) + 2_000);
}

/** What has a number now, and when it began, in ms since 1970; `undefined` when that cannot be read. */
function living(pid: number): { name: string; zombie: boolean; started: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const end = stat.lastIndexOf(")");
    const [name, fields] = [stat.slice(stat.indexOf("(") + 1, end), stat.slice(end + 2).split(" ")];
    const boot = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))![1];
    const ticksPerSecond = 100;
    const started = 1000 * (Number(boot) + Number(fields[19]) / ticksPerSecond);
    return { name, zombie: fields[0] === "Z", started };
  } catch {
    return undefined;
  }
}
