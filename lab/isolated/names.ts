import { createHash } from "node:crypto";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { hierarchies } from "./cgroup";

/** What belongs to a lab in the kernel; it follows from the lab's folder alone, so that whoever knows that can find and remove it. */
export interface Names {
  readonly root: string;
  /** Groups of all processes of the lab. */
  readonly memoryGroup: string;
  readonly systemdGroup: string;
  /** The one network interface on this computer itself. */
  readonly cable: string;
}

/** Names of the lab in `directory`. */
export function namesOf(directory: string): Names {
  const root = realPath(resolve(directory));
  const id = createHash("sha256").update(root).digest("hex").slice(0, 8);
  return {
    root,
    memoryGroup: join(hierarchies.memory, `berth-lab-${id}`),
    systemdGroup: join(hierarchies.systemd, `berth-lab-${id}`),
    cable: `berth${id}`,
  };
}

/** The groups of the lab's nodes that there are. */
export function nodeGroups({ memoryGroup }: Names): string[] {
  if (!existsSync(memoryGroup)) return [];
  const groups = readdirSync(memoryGroup).filter((name) => /^node\d+$/.test(name));
  return groups.map((name) => join(memoryGroup, name));
}

/** The path without symbolic links, as the kernel tells it, also of what does not exist yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return join(realPath(dirname(path)), basename(path));
  }
}
