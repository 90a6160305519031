import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, sep } from "node:path";
import { type Machine, processesOf } from "./isolated/machine";
import type { Lab } from "./lab";

/** What still lives or lies on a lab's nodes. */
export interface LeftBehind {
  /** Process ids with their command lines. */
  readonly processes: readonly string[];
  /** Paths of files. */
  readonly files: readonly string[];
  /** Stacks that have a folder on a node. */
  readonly stacks: readonly string[];
}

/**
 * Asks the kernel and the file system, not any registry of ours: every process that works in a node's folder, or names it in
 * its environment or command line (on isolated nodes every process that is not the machine's own), and every file below the nodes'
 * work directories.
 */
export function leftBehind(lab: Lab): LeftBehind {
  const workDirs = lab.nodes.map((node) => node.files);
  const pids = lab.isolated ? lab.isolated.flatMap(guests) : processesIn(workDirs);
  const processes = pids.map((pid) => `${pid} ${proc(pid, "cmdline").replaceAll("\0", " ").trim()}`);
  const files = workDirs
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name)),
    );
  const stacks = workDirs.flatMap((folder) => foldersIn(join(folder, ".berth")));
  return { processes, files, stacks: [...new Set(stacks)].sort() };
}

/** Ids of the processes, but this one, that work in one of the folders, or name it in their environment or command line. */
export function processesIn(folders: readonly string[]): string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .filter((pid) => belongsTo(pid, folders));
}

/** Processes of a machine but its first, what belongs to that, and the SSH server with its sessions. */
function guests(machine: Machine): string[] {
  return processesOf(machine)
    .filter(({ inner }) => inner !== 1)
    .map(({ pid }) => `${pid}`)
    .filter((pid) => !/^(sshd|dbus-daemon)/.test(proc(pid, "comm")))
    .filter((pid) => !proc(pid, "environ").includes("BERTH_LAB_OWN=1\0"));
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function belongsTo(pid: string, workDirs: readonly string[]): boolean {
  const evidence = [proc(pid, "environ"), proc(pid, "cmdline"), `${workingDirectory(pid)}${sep}`].join("\0");
  return workDirs.some((folder) => evidence.includes(`${folder}${sep}`) || evidence.includes(`=${folder}\0`));
}

/** Empty for a process that has ended meanwhile, or is not ours to look at. */
function proc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

function workingDirectory(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}
