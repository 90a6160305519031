import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labDown, readLab } from "../../lab/lab";
import { processesIn } from "../../lab/left-behind";

/** Makes the folder of a test bed; its name says which process it belongs to. */
export const bedFolder = (): string => mkdtempSync(join(tmpdir(), `berth-bed-${process.pid}-`));

/** Ends what still runs on the lab in a bed's folder, then removes everything. */
export async function removeBed(folder: string): Promise<void> {
  // A lab that was interrupted on its way up is no lab yet. An isolated one ends with its machines.
  const isIsolated = readLab(join(folder, "lab"))?.isolated !== undefined;
  for (const pid of isIsolated ? [] : processesIn([folder])) {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }
  await labDown(join(folder, "lab"));
  rmSync(folder, { recursive: true, force: true });
}

async function removeAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const owner = /^berth-bed-(\d+)-/.exec(name)?.[1];
    if (owner && !existsSync(`/proc/${owner}`)) await removeBed(join(tmpdir(), name));
  }
}

/** For vitest, before and after a run: what interrupted tests have left ends. */
export { removeAbandoned as setup, removeAbandoned as teardown };
