import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cgroupMembers, emptyCgroup, makeCgroup } from "./cgroup";
import type { Names } from "./names";

const groupOf = (names: Names) => join(names.memoryGroup, "hub");

/** The process that holds the lab's switch and disks; throws when there is none. */
export function hubProcess(names: Names): number {
  const pid = findHub(names);
  if (pid === undefined)
    throw new Error(`no isolated lab runs in ${names.root}; start one with  npm run lab -- up --isolated`);
  return pid;
}

/** As `hubProcess`, but none is no error. */
export const findHub = (names: Names): number | undefined => cgroupMembers(groupOf(names))[0];

/** Starts the lab's switch, if it does not run; `address` is this computer's in the lab, with prefix. */
export async function startHub(names: Names, address: string): Promise<void> {
  const log = join(names.root, "hub.log");
  if (isReady(log) && findHub(names) !== undefined) return;
  mkdirSync(names.root, { recursive: true });
  makeCgroup(groupOf(names));
  await emptyCgroup(groupOf(names));
  const out = openSync(log, "w");
  const child = spawn("sh", [join(__dirname, "hub.sh")], {
    detached: true,
    stdio: ["ignore", out, out],
    env: {
      PATH: process.env.PATH,
      cgroup: groupOf(names),
      cable: names.cable,
      address,
      outside: `${process.pid}`,
    },
  });
  closeSync(out);
  let ended = false;
  child.once("exit", () => (ended = true)).unref();
  for (const deadline = Date.now() + 60_000; !isReady(log); await sleep(10)) {
    if (!ended && Date.now() < deadline) continue;
    throw new Error(`the lab's switch did not start: ${readFileSync(log, "utf8").trim()}`);
  }
}

/** Runs a program where the lab's switch and disks are. Throws when it fails. */
export function inHub(names: Names, program: readonly string[]): string {
  const args = ["--target", `${hubProcess(names)}`, "--net", "--mount", "--", ...program];
  return execFileSync("nsenter", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function isReady(log: string): boolean {
  try {
    return readFileSync(log, "utf8").endsWith("ready\n");
  } catch {
    return false;
  }
}
