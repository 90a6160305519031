import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { nodeRequest } from "./node-program";
import { runOnNodePath } from "./reach";
import { rsync } from "./rsync";

/** What `carry-checkpoint` reads from stdin, as JSON. How to reach the node stands in the environment, as for `run-on-node.sh`. */
export interface CarryRequest {
  readonly work_dir: string;
  readonly stack: string;
  readonly owner: string;
  readonly instance: string;
  /** Where checkpoints are while they are under way, and the notes of where instances were. */
  readonly folder: string;
  /** How long a node may take to read a checkpoint. */
  readonly seconds: number;
}

/** Where an instance was ended last: what it takes to go back there. */
interface Note {
  readonly request: CarryRequest;
  readonly environment: Record<string, string>;
}

interface Found {
  readonly there: boolean;
  readonly files: number;
  readonly bytes: number;
  readonly digest: string;
  readonly outcome: "written" | "late" | "unheard" | "failed" | null;
}

const warnings: Partial<Record<string, string>> = {
  late: "it had not finished writing when its time was over: it goes as it is",
  unheard: "its program knows nothing of the signal, which ended it: what is there goes",
  failed: "the command that writes it failed: what is there goes; its log says why",
};

/**
 * Program (`node --import tsx components/carry-checkpoint.ts leave|fetch`). `leave` writes down where the instance was. `fetch` brings
 * what it wrote there to the node where it goes on: read there, copied here, copied on, compared, and only then removed from there.
 * Interrupted before that, it does the same again.
 */
function main(step: string | undefined): void {
  const request: CarryRequest = JSON.parse(readFileSync(0, "utf8"));
  const stack = join(request.folder, request.stack);
  const [note, files] = [join(stack, `.${request.instance}.json`), join(stack, request.instance)];
  if (step === "leave") leave(note, request);
  else if (existsSync(note)) fetch(note, request, files);
}

function fetch(note: string, request: CarryRequest, files: string): void {
  const { request: there, environment }: Note = JSON.parse(readFileSync(note, "utf8"));
  const to = process.env;
  const [from, at] = [environment.BERTH_NODE, to.BERTH_NODE];
  const moved = from !== at || there.work_dir !== request.work_dir;
  const source = { ...to, ...environment };
  const forget =
    moved && there.owner === request.owner
      ? carry(note, there, source, request, files, `${request.instance} ${from} → ${at}`)
      : () => {};
  // First: whoever comes again after this finds nothing to do, and takes an empty folder there for no loss.
  rmSync(note, { force: true });
  rmSync(files, { recursive: true, force: true });
  forget();
}

function leave(note: string, request: CarryRequest): void {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[0].startsWith("BERTH_")),
  );
  mkdirSync(join(note, ".."), { recursive: true, mode: 0o700 });
  writeFileSync(`${note}.new`, JSON.stringify({ request, environment } satisfies Note), { mode: 0o600 });
  renameSync(`${note}.new`, note);
}

/** Returns what is to be done once the note is gone. */
function carry(
  note: string,
  there: CarryRequest,
  from: NodeJS.ProcessEnv,
  here: CarryRequest,
  files: string,
  way: string,
): () => void {
  // An engine that was killed leaves this program running: it may have been done meanwhile.
  const clear = () => existsSync(note) && ask(process.env, here, { step: "take", digest: null });
  const nothing = () => {};
  if (from.BERTH_GONE && existsSync(from.BERTH_GONE)) {
    clear();
    tell(
      `${way}: ${from.BERTH_NODE} was given up, and what it has written there is lost; it begins anew, or with what its results hold here`,
    );
    return nothing;
  }
  const found = ask(from, there, { step: "look" }) as Found;
  if (!found.there) {
    clear();
    tell(`${way}: it has left no checkpoint; it begins anew, or with what its results hold`);
    return nothing;
  }
  mkdirSync(files, { recursive: true, mode: 0o700 });
  const copy = [
    "--archive",
    "--no-owner",
    "--no-group",
    "--no-devices",
    "--no-specials",
    "--delete",
    "--partial",
    "--timeout=60",
    "--protect-args",
  ];
  rsync([...copy, "--", `node:${placeOf(there, there.instance)}/`, `${files}/`], from);
  rsync([...copy, "--", `${files}/`, `node:${placeOf(here, `.${here.instance}.new`)}/`], process.env);
  // Done by another of us meanwhile: what the instance has written here since is the newer.
  if (!existsSync(note)) return nothing;
  ask(process.env, here, { step: "take", digest: found.digest });
  const warning = found.outcome ? warnings[found.outcome] : undefined;
  tell(
    `${way}: its checkpoint of ${found.files} ${found.files === 1 ? "file" : "files"}, ${(found.bytes / 1e6).toFixed(1)} MB, is there${warning ? `, but ${warning}` : ""}`,
  );
  return () => ask(from, there, { step: "forget" });
}

function placeOf({ work_dir, stack }: CarryRequest, name: string): string {
  return posix.join(work_dir.replace(/^~\/?/, ""), ".berth", stack, "checkpoints", name);
}

function ask(environment: NodeJS.ProcessEnv, request: CarryRequest, more: object): object {
  const { work_dir, stack, owner, instance, seconds } = request;
  const { status, stdout, stderr } = spawnSync("sh", [runOnNodePath, "checkpoint"], {
    env: { ...environment, BERTH_SECONDS: `${seconds}` },
    input: nodeRequest({ deadline_s: seconds, work_dir, stack, owner, instance: { id: instance }, ...more }),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr.trim().replace(/^berth: /, ""));
  return JSON.parse(stdout);
}

const tell = (text: string) => process.stderr.write(`${text}\n`);

try {
  main(process.argv[2]);
} catch (error) {
  tell(`berth: checkpoint: ${(error as Error).message}`);
  process.exitCode = 1;
}
