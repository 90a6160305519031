import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Where the kernel shows the hierarchies (cgroup v1). */
export const hierarchies = {
  memory: "/sys/fs/cgroup/memory",
  systemd: "/sys/fs/cgroup/systemd",
} as const;

/** Makes a group, and limits what its processes may hold together, in bytes. */
export function makeCgroup(path: string, memoryBytes?: number): void {
  mkdirSync(path, { recursive: true });
  if (memoryBytes === undefined) return;
  writeFileSync(join(path, "memory.limit_in_bytes"), `${memoryBytes}`);
  // With swap, too, where the kernel counts it.
  const withSwap = join(path, "memory.memsw.limit_in_bytes");
  if (existsSync(withSwap)) writeFileSync(withSwap, `${memoryBytes}`);
}

/** Process ids in a group and the groups below it; none when there is no such group. */
export function cgroupMembers(path: string): number[] {
  return tree(path).flatMap((group) => {
    try {
      return readFileSync(join(group, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
    } catch {
      return []; // It went meanwhile.
    }
  });
}

/** Kills what is in a group and the groups below it. Resolves when it has ended; throws when it does not within a minute. */
export async function emptyCgroup(path: string): Promise<void> {
  let patience = Date.now();
  for (const deadline = patience + 60_000; ; await sleep(10)) {
    const members = cgroupMembers(path);
    if (members.length === 0) return;
    if (Date.now() > deadline) throw new Error(`${path}: processes ${members.join(", ")} do not end`);
    const inner = members.filter((pid) => innerPid(pid) !== undefined);
    // Who started the first process of a namespace ends by itself after that, and takes the record of it along.
    if (inner.length > 0) patience = Date.now() + 300;
    for (const pid of Date.now() >= patience ? members : inner) signal(pid, "SIGKILL");
  }
}

/** The process id in its own namespace; `undefined` for a process that is in this computer's, or has ended. */
export function innerPid(pid: number): number | undefined {
  try {
    const numbers = /^NSpid:\t(.+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]?.split("\t");
    return numbers && numbers.length > 1 ? Number(numbers.at(-1)) : undefined;
  } catch {
    return undefined;
  }
}

/** Removes a group with the groups below it, ending what is in them; none is success. */
export async function removeCgroup(path: string): Promise<void> {
  await emptyCgroup(path);
  for (const deadline = Date.now() + 60_000; ; await sleep(10)) {
    try {
      for (const group of tree(path).reverse()) rmdirSync(group);
      return;
    } catch (error) {
      // The kernel counts a process for a moment longer than it shows it.
      if (Date.now() > deadline) throw error;
    }
  }
}

/** Sends a signal to a process that may have ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** A group and those below it, from the top. */
function tree(path: string): string[] {
  if (!existsSync(path)) return [];
  const below = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [path, ...below.flatMap(({ name }) => tree(join(path, name)))];
}
