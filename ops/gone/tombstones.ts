import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** A delete that could not be done, as `run-on-node.sh` keeps it. */
export interface Tombstone {
  readonly folder: string;
  readonly verb: string;
  /** For people: what is to be ended or cleared, like "hive-cluster/critic". */
  readonly what: string;
  readonly input: string;
  /** What `run-on-node.sh` was given then. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The deletes that are kept in a gone node's folder, in the order in which they came. */
export function tombstones(folder: string): Tombstone[] {
  return graves(folder).flatMap((grave) => (existsSync(join(grave, "verb")) ? [read(grave)] : []));
}

/** Removes what is no tombstone: whoever wrote it was killed, or finds now that it cannot go on and fails. */
export function clearUnfinished(folder: string): void {
  for (const grave of graves(folder)) {
    if (existsSync(join(grave, "verb"))) continue;
    const taken = grave.endsWith(".cut") ? grave : `${grave}.cut`;
    if (taken !== grave) renameSync(grave, taken);
    // Finished in just this moment: then it counts.
    if (!existsSync(join(taken, "verb"))) rmSync(taken, { recursive: true });
  }
}

function graves(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^\d+(\.cut)?$/.test(name))
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .map((name) => join(folder, name));
}

function read(folder: string): Tombstone {
  const text = (file: string) => readFileSync(join(folder, file), "utf8");
  const input = text("input");
  return {
    folder,
    verb: text("verb"),
    what: whatOf(input),
    input,
    environment: {
      BERTH_SECONDS: text("seconds"),
      BERTH_SSH_ID: text("ssh_id"),
      BERTH_SSH_CONFIG: text("ssh_config"),
      BERTH_KNOWN_HOSTS: text("known_hosts"),
    },
  };
}

function whatOf(input: string): string {
  const { stack, instance } = JSON.parse(JSON.parse(input));
  return instance ? `${stack}/${instance.id}` : stack;
}
