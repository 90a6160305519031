import { readdirSync, readFileSync } from "node:fs";

/** Whether the kernel still takes back what a process had: its command line goes first, its memory and its ports go later. */
export function isEnding(pid: number): boolean {
  try {
    // What follows the name, which may hold anything, begins with the state; see proc_pid_stat(5).
    const [state, ...others] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
    const exiting = 4; // PF_EXITING
    const isZombie = state === "Z" && readdirSync(`/proc/${pid}/task`).length < 2;
    return (Number(others[5]) & exiting) !== 0 && !isZombie;
  } catch {
    return false;
  }
}
