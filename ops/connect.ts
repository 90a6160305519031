import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join, relative } from "node:path";
import { ConfigError } from "../topology/config-error";
import { didYouMean } from "../topology/did-you-mean";
import { stackFiles } from "../topology/stack-files";
import { fittingEnvironment, localPython, misfits } from "./connect/local-python";
import { connectText } from "./connect/text";
import { type ForwardEvent, OpenForwards } from "./forward/open-forwards";
import { type RayOutputs, rayClustersOf, stackOutputs } from "./stack/outputs";

export interface ConnectOptions {
  configFile?: string;
  python: string;
  json?: boolean;
}

const project = join(__dirname, "..");

/** The exit status when the cluster cannot be reached, as that of `./berth ssh`. */
const noConnection = 255;

/**
 * Tells what a program needs to be a client of a stack's Ray cluster: address, token file, and the Python and Ray that fit. With a
 * command, runs it with all that, and with the cluster's ports brought here for as long. Returns the exit status: 0 the local Python
 * fits, 1 it does not, or that of the command. Throws ConfigError.
 */
export async function connect(
  stack: string,
  names: readonly string[],
  command: readonly string[],
  options: ConnectOptions,
): Promise<number> {
  const [name, surplus] = names;
  if (surplus !== undefined)
    throw new ConfigError([`berth: one Ray cluster at a time; a command goes after  --  got "${surplus}"`]);
  // Says whose name was meant, which the state cannot.
  stackFiles(stack, options.configFile);
  const outputs = await stackOutputs(stack, true);
  const { cluster, ray } = chosen(stack, name, rayClustersOf(outputs));
  const folder = join(project, ".berth", "connect", stack);
  const token = ray.token === undefined ? undefined : keptToken(folder, cluster, ray.token);
  if (command.length > 0) return run(stack, cluster, token, command, options);
  const here = await localPython(options.python);
  const there = ray.versions;
  const misfit = there ? misfits(options.python, here, there) : [];
  const venv = relative(process.cwd(), join(folder, `${cluster}.venv`));
  const remedy = there && misfit.length > 0 ? fittingEnvironment(venv, there, isThere("uv")) : undefined;
  const answer = {
    stack,
    cluster,
    env: variables("ray://127.0.0.1:10001", "http://127.0.0.1:8265", token),
    versions: there ?? null,
    here: here ?? null,
    misfits: misfit,
    ...(remedy && { remedy }),
  };
  console.log(options.json ? JSON.stringify(answer, null, 2) : connectText(answer));
  return misfit.length === 0 ? 0 : 1;
}

function chosen(
  stack: string,
  name: string | undefined,
  clusters: Readonly<Record<string, RayOutputs>>,
): { cluster: string; ray: RayOutputs } {
  const names = Object.keys(clusters);
  if (names.length === 0)
    throw new ConfigError([`berth: ${stack} has no Ray cluster yet; start it with  ./berth up ${stack}`]);
  if (name === undefined && names.length > 1)
    throw new ConfigError([`berth: which Ray cluster? Name one: ${names.join(", ")}`]);
  const cluster = name ?? names[0]!;
  const ray = clusters[cluster];
  if (!ray)
    throw new ConfigError([`berth: ${stack} has no Ray cluster "${cluster}"${didYouMean(cluster, names)}`]);
  return { cluster, ray };
}

/** Writes the token where only this user reads it; returns the file. */
function keptToken(folder: string, cluster: string, token: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const file = join(folder, `${cluster}.token`);
  writeFileSync(`${file}.new`, token, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return file;
}

/** @param token its file; undefined: the cluster asks for none */
function variables(client: string, dashboard: string, token: string | undefined): Record<string, string> {
  return {
    RAY_ADDRESS: client,
    // `ray job` and `ray list` speak to the dashboard.
    RAY_API_SERVER_ADDRESS: dashboard,
    ...(token !== undefined && { RAY_AUTH_MODE: "token", RAY_AUTH_TOKEN_PATH: token }),
  };
}

async function run(
  stack: string,
  cluster: string,
  token: string | undefined,
  [program, ...args]: readonly string[],
  { configFile }: ConnectOptions,
): Promise<number> {
  const tell = ({ event, port, reason, on }: ForwardEvent) => {
    if (event === "lost") console.error(`berth: ${cluster} ${port}: lost: ${reason}`);
    else if (event === "reopened") console.error(`berth: ${cluster} ${port}: reached again, on ${on}`);
  };
  const forwards = await OpenForwards.open({ stack, configFile, words: [cluster], tell });
  try {
    const urls = new Map(forwards.open.map(({ target, url }) => [target.port, url]));
    if (!urls.has("client")) return noConnection;
    const env = { ...process.env, ...variables(urls.get("client")!, urls.get("dashboard") ?? "", token) };
    return await finished(spawn(program!, args, { stdio: "inherit", env }));
  } finally {
    await forwards.close();
  }
}

function finished(child: ReturnType<typeof spawn>): Promise<number> {
  // Ctrl-C reaches the command by itself; what ends us from outside is passed on.
  const ignore = () => {};
  const end = () => child.kill("SIGTERM");
  process.on("SIGINT", ignore).on("SIGTERM", end);
  return new Promise((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ENOENT"
        ? reject(new ConfigError([`berth: there is no program "${child.spawnfile}" here`]))
        : reject(error),
    );
    child.on("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
  });
}

const isThere = (program: string) =>
  (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));
