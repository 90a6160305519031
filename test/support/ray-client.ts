import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestBed } from "./test-bed";

/** Lines of each log that are shown. */
const lines = 40;

/** What the heads of a bed's Ray clusters have to say of their clients: the ends of the logs of Ray's client servers. */
export function clientServerLogs(bed: TestBed): string {
  return logFolders(bed)
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => /^ray_client_server.*\.(err|out)$/.test(name))
        .sort()
        .map((name) => [join(folder, name), readFileSync(join(folder, name), "utf8")] as const),
    )
    .filter(([, text]) => text !== "")
    .map(([file, text]) => `==> ${file}\n${text.trimEnd().split("\n").slice(-lines).join("\n")}`)
    .join("\n");
}

/** Process ids of what heads have started for clients; one is there for half a minute longer than its client. */
export function clientServers(bed: TestBed): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const [command, variables] = [textOf(`/proc/${pid}/cmdline`), textOf(`/proc/${pid}/environ`)];
      return command.includes("--mode=specific-server") && variables.includes(`BERTH_TAG=${bed.folder}/`);
    });
}

/** Of each member's current session: a node says in `stack` whose temporary folder it is. */
const logFolders = (bed: TestBed) =>
  readdirSync("/tmp")
    .filter((name) => /^berth-[0-9a-f]{10}$/.test(name))
    .map((name) => join("/tmp", name))
    .filter((folder) => textOf(join(folder, "stack")).startsWith(`${bed.folder}/`))
    .map((folder) => join(folder, "ray", "session_latest", "logs"))
    .filter((folder) => existsSync(folder));

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
