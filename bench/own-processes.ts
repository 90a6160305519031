import { readdirSync, readFileSync } from "node:fs";

/** What runs for a benchmark on this computer, which plays all its nodes too. */
export interface OwnProcesses {
  /** CPU seconds so far of both sides, ended children included. */
  readonly cpuSeconds: number;
  /** Memory that the coordinator's side holds besides this program, shared pages divided among their users (PSS). Undefined unless asked for. */
  readonly coordinatorBytes?: number;
  /** SSH connections that are kept for the next request. */
  readonly keptConnections: number;
}

interface Process {
  readonly parent: number;
  readonly ticks: number;
  readonly line: string;
}

/**
 * This program, whatever has `folder` in its command line (SSH servers, kept connections), and all below them.
 * @param servers process ids of the SSH servers: what is below them is the nodes' side
 */
export function ownProcesses(folder: string, servers: readonly number[], withMemory = false): OwnProcesses {
  const all = allProcesses();
  const comesFrom = (pid: number, holds: (pid: number, one: Process) => boolean): boolean => {
    const one = all.get(pid);
    return one !== undefined && (holds(pid, one) || comesFrom(one.parent, holds));
  };
  const own = [...all.keys()].filter((pid) =>
    comesFrom(pid, (one, { line }) => one === process.pid || line.includes(folder)),
  );
  const coordinator = own.filter(
    (pid) => pid !== process.pid && !comesFrom(pid, (one) => servers.includes(one)),
  );
  return {
    cpuSeconds: own.reduce((sum, pid) => sum + all.get(pid)!.ticks, 0) / 100,
    ...(withMemory && { coordinatorBytes: coordinator.reduce((sum, pid) => sum + pssBytes(pid), 0) }),
    keptConnections: coordinator.filter((pid) => all.get(pid)!.line.includes("[mux]")).length,
  };
}

function allProcesses(): Map<number, Process> {
  const found = new Map<number, Process>();
  for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one)))
    try {
      const fields = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1)!.split(" ");
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
      const line = readFileSync(`/proc/${name}/cmdline`, "utf8");
      found.set(Number(name), { parent: Number(fields[1]), ticks, line });
    } catch {
      // It has just ended.
    }
  return found;
}

function pssBytes(pid: number): number {
  try {
    return 1024 * Number(/^Pss: +(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
