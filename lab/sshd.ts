import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isEnding } from "./is-ending";
import { signal } from "./isolated/cgroup";

export interface SshdArgs {
  /** Folder for keys, configuration, pid file and log; made when missing, keys in it are used again. */
  readonly directory: string;
  /** Loopback address to listen on, e.g. "127.0.0.11". */
  readonly address: string;
  /** @default a free one */
  readonly port?: number;
  /** Further lines of sshd_config, e.g. "AcceptEnv GREETING". They stand first, so they win over ours. */
  readonly options?: readonly string[];
}

/** What a client needs of a server. */
export interface SshAccess {
  /** The public host key in one line without a host name: "ssh-ed25519 AAAA…". */
  readonly hostKey: string;
  readonly keyPath: string;
  readonly knownHostsPath: string;
}

/** A running SSH server that admits the calling user with the key at `keyPath`, and nobody else. */
export interface Sshd extends SshAccess {
  readonly address: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts an unprivileged OpenSSH server of its own that outlives this process; resolves once it accepts connections.
 * Throws with the server's own words when it does not come up within a minute.
 */
export async function startSshd(args: SshdArgs): Promise<Sshd> {
  const directory = resolve(args.directory);
  const { address, port = await freePort(args.address) } = args;
  const access = prepareSshd({ ...args, directory, port });
  const [config, log] = [configPath(directory), join(directory, "sshd.log")];
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });

  const server = spawn(sshdPath(), ["-D", "-f", config, "-E", log], { detached: true, stdio: "ignore" });
  let ended: string | undefined;
  server.once("error", (error) => (ended = error.message));
  server.once("exit", (code, signal) => (ended ??= `ended with ${signal ?? `exit code ${code}`}`));
  server.unref();
  // sshd writes its pid file once it listens.
  for (const deadline = Date.now() + 60_000; runningSshd(directory) !== server.pid; await sleep(10)) {
    if (ended === undefined && Date.now() < deadline) continue;
    if (ended === undefined) server.kill();
    const words = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").slice(-5).join("\n") : "";
    throw new Error(`sshd on ${address}:${port} did not start (${ended ?? "no answer in 60 s"}):\n${words}`);
  }
  return { address, port, pid: server.pid!, ...access, stop: () => stopSshd(directory) };
}

/**
 * Writes keys and configuration of a server that is started later; keys that are there stay. `seenAs` is the folder's path for
 * the server, where that is another. @default `directory`
 */
export function prepareSshd(args: SshdArgs & { readonly port: number; readonly seenAs?: string }): SshAccess {
  const directory = resolve(args.directory);
  const { address, port } = args;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const [keyPath, hostKeyPath] = [key(directory, "client_key"), key(directory, "host_key")];
  const hostKey = publicKey(hostKeyPath);
  const knownHostsPath = join(directory, "known_hosts");
  writeFileSync(
    configPath(directory),
    sshdConfig(args.seenAs ?? directory, address, port, args.options ?? []),
  );
  writeFileSync(knownHostsPath, `${port === 22 ? address : `[${address}]:${port}`} ${hostKey}\n`);
  return { hostKey, keyPath, knownHostsPath };
}

/**
 * Stops the server that was started in `directory`, by whichever process, and cuts the connections that it has; nothing running
 * there is success. What was started over them lives on.
 */
export async function stopSshd(directory: string): Promise<void> {
  const server = runningSshd(directory);
  const connections = sessionsOf(server);
  for (let tries = 0; server !== undefined && runningSshd(directory) === server; tries++) {
    signal(server, tries < 100 ? "SIGTERM" : "SIGKILL");
    await sleep(20);
  }
  // Until then its port is taken.
  while (server !== undefined && isEnding(server)) await sleep(20);
  for (const pid of connections) signal(pid, "SIGKILL");
  rmSync(join(directory, "sshd.pid"), { force: true });
}

/** The processes that serve connections: those below the server, for as long as they are sshd's. */
function sessionsOf(server: number | undefined): number[] {
  if (server === undefined) return [];
  const children = read(`/proc/${server}/task/${server}/children`).split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) =>
    read(`/proc/${child}/comm`).startsWith("sshd") ? [child, ...sessionsOf(child)] : [],
  );
}

/** Empty for a process that has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Process id of the server that was started in `directory`, `undefined` when none runs. */
export function runningSshd(directory: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(directory, "sshd.pid"), "utf8"));
    // The pid may have been given to another process since: its command line must name our configuration.
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(configPath(resolve(directory)))
      ? pid
      : undefined;
  } catch {
    return undefined;
  }
}

const configPath = (directory: string) => join(directory, "sshd_config");

function sshdConfig(directory: string, address: string, port: number, options: readonly string[]): string {
  return `${[
    // Of this one the last counts, of all others the first.
    "MaxStartups 50:30:100",
    ...options,
    `ListenAddress ${address}`,
    `Port ${port}`,
    `HostKey "${directory}/host_key"`,
    `PidFile "${directory}/sshd.pid"`,
    `AuthorizedKeysFile "${directory.replaceAll("%", "%%")}/client_key.pub"`,
    `AllowUsers ${userInfo().username}`,
    "AuthenticationMethods publickey",
    "PermitRootLogin prohibit-password",
    "StrictModes no",
    "UsePAM no",
    "UseDNS no",
    "PrintMotd no",
    "PrintLastLog no",
    "MaxSessions 50",
    "Subsystem sftp internal-sftp",
  ].join("\n")}\n`;
}

function key(directory: string, name: string): string {
  const path = join(directory, name);
  if (!existsSync(path))
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", `berth-lab-${name}`, "-f", path]);
  return path;
}

const publicKey = (path: string) => readFileSync(`${path}.pub`, "utf8").split(" ").slice(0, 2).join(" ");

/** sshd starts itself again for each connection, so it must be called by its absolute path. */
export function sshdPath(): string {
  const folders = ["/usr/sbin", "/usr/local/sbin", "/sbin", ...(process.env.PATH ?? "").split(":")];
  const found = folders.map((folder) => join(folder, "sshd")).find(existsSync);
  if (!found) throw new Error("no sshd on this machine; run: npm run setup");
  return resolve(found);
}

function freePort(address: string): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, address, () => {
      const bound = probe.address();
      probe.close(() => resolvePort(typeof bound === "object" && bound ? bound.port : 0));
    });
  });
}
