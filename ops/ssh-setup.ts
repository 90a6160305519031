import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline/promises";
import { checkKnown } from "../topology/check-known";
import { ConfigError } from "../topology/config-error";
import { loadTopology } from "../topology/load-topology";
import { type SshNode, sshNodes } from "../topology/ssh-nodes";
import { stackFiles } from "../topology/stack-files";
import { withSshBlock } from "./node/ssh-block";

export interface SshSetupOptions {
  configFile?: string;
  yes?: boolean;
}

/** What is missing for a node; each is done only after it was shown. */
interface Todo {
  readonly node: SshNode;
  readonly keyPath: string;
  /** Lines for known_hosts, of a machine that nobody has vouched for yet. */
  readonly hostKeys: readonly string[];
}

/**
 * Makes the nodes of a stack reachable without a password: a key if there is none, the machines' host keys after their fingerprints
 * were shown, the public key on each node (ssh itself asks for the password), a block in ~/.ssh/config. Shows what it will do, then
 * does it; what is there stays. Returns the exit status: 0 all can be reached, 1 one cannot or it was not wanted. Throws ConfigError.
 */
export async function sshSetup(
  stack: string,
  names: readonly string[],
  options: SshSetupOptions,
): Promise<number> {
  const all = sshNodes(loadTopology(stackFiles(stack, options.configFile)).cluster);
  const known = all.map(({ name }) => name);
  checkKnown("node", names, known);
  const nodes = names.length > 0 ? all.filter(({ name }) => names.includes(name)) : all;
  const folder = join(homedir(), ".ssh");
  const knownHosts = join(folder, "known_hosts");
  const todos = nodes.map((node): Todo => {
    const keyPath = (node.connection.keyPath ?? join(folder, "id_ed25519")).replace(/^~(?=\/|$)/, homedir());
    return { node, keyPath, hostKeys: isKnown(node, knownHosts) ? [] : scanned(node) };
  });

  const keys = [...new Set(todos.map(({ keyPath }) => keyPath))].filter((path) => !existsSync(path));
  const configPath = join(folder, "config");
  const before = existsSync(configPath) ? readFileSync(configPath, "utf8") : "";
  // Of all: who comes later for one node alone still needs the others.
  const after = withSshBlock(before, stack, all);
  for (const path of keys) console.log(`make a key        ${path} (ed25519, without a passphrase)`);
  for (const { node, hostKeys } of todos)
    for (const line of hostKeys)
      console.log(`trust the machine ${node.name}: ${fingerprint(line)} says it is ${node.connection.host}`);
  for (const { node, keyPath } of todos)
    console.log(
      `copy the key      ${keyPath}.pub to ${node.connection.user}@${node.connection.host} (${node.name}), unless it is there`,
    );
  if (after !== before) console.log(`write             a block for ${stack} in ${configPath}`);
  if (todos.some(({ hostKeys }) => hostKeys.length > 0))
    console.log(
      "\nCompare each fingerprint with what the machine itself says:  ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
    );
  if (!options.yes && !(await confirmed())) return 1;

  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const path of keys) makeKey(path);
  const lines = todos.flatMap(({ hostKeys }) => hostKeys);
  if (lines.length > 0) append(knownHosts, lines);
  if (after !== before) replace(configPath, after);
  let silent = 0;
  for (const { node, keyPath } of todos) {
    const problem = copyKey(node, keyPath, knownHosts);
    if (problem) silent += 1;
    console.log(`${node.name}: ${problem ?? "can be reached"}`);
  }
  return silent === 0 ? 0 : 1;
}

async function confirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error("\nNothing was done. To do it:  add --yes");
    return false;
  }
  const questions = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await questions.question("\nDo it? (yes/no) ");
  questions.close();
  return answer.trim().toLowerCase() === "yes";
}

const address = ({ connection: { host, port } }: SshNode) => (port === 22 ? host : `[${host}]:${port}`);

/** A key in the cluster file counts: whoever wrote it has compared it. */
function isKnown(node: SshNode, knownHosts: string): boolean {
  if (node.connection.hostKey !== undefined) return true;
  return existsSync(knownHosts) && ran("ssh-keygen", ["-F", address(node), "-f", knownHosts]).status === 0;
}

function scanned(node: SshNode): string[] {
  const { host, port } = node.connection;
  const { stdout } = ran("ssh-keyscan", ["-T", "5", "-t", "ed25519,ecdsa", "-p", `${port}`, "--", host]);
  const lines = stdout.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  // One is enough, and the better one.
  const best = lines.find((line) => line.includes(" ssh-ed25519 ")) ?? lines[0];
  if (!best) console.error(`${node.name}: nobody answers at ${address(node)}; its host key is not known`);
  return best ? [best] : [];
}

function fingerprint(line: string): string {
  const { stdout } = spawnSync("ssh-keygen", ["-lf", "-"], { input: `${line}\n`, encoding: "utf8" });
  return stdout.trim().split(" ").slice(1, 2).join("");
}

function makeKey(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const { status, stderr } = ran("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "berth", "-f", path]);
  if (status !== 0) throw new ConfigError([`berth: ${path} cannot be made: ${stderr.trim()}`]);
}

function append(file: string, lines: readonly string[]): void {
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const end = before === "" || before.endsWith("\n") ? "" : "\n";
  replace(file, `${before}${end}${lines.join("\n")}\n`);
}

/** Whole or not at all, with the rights it had, and where a link leads. */
function replace(name: string, text: string): void {
  const file = existsSync(name) ? realpathSync(name) : name;
  const mode = existsSync(file) ? statSync(file).mode & 0o777 : 0o600;
  writeFileSync(`${file}.berth`, text, { mode });
  renameSync(`${file}.berth`, file);
}

/** Undefined: the key opens the machine. ssh-copy-id's way, by one login; a password is asked by ssh, and seen by nobody else. */
function copyKey(node: SshNode, keyPath: string, knownHosts: string): string | undefined {
  const { host, port, user, jumpHost, hostKey } = node.connection;
  const trusted = hostKey ? pinned(node, hostKey) : [];
  const common = [
    ...["-F", "/dev/null", "-p", `${port}`, "-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=10"],
    ...["-o", `UserKnownHostsFile=${[...trusted, knownHosts].map((file) => `"${file}"`).join(" ")}`],
    ...(jumpHost ? ["-J", `${jumpHost.user}@${jumpHost.host}:${jumpHost.port}`] : []),
  ];
  const target = `${user}@${host}`;
  const own = ["-i", keyPath, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"];
  const opens = () =>
    spawnSync("ssh", [...common, ...own, "--", target, "true"], { stdio: "pipe", encoding: "utf8" });
  if (opens().status === 0) return undefined;
  const publicKey = publicKeyOf(keyPath);
  if (publicKey === undefined)
    return `${keyPath}.pub is not there; make it with  ssh-keygen -y -f ${keyPath} > ${keyPath}.pub`;
  const install =
    'umask 077; mkdir -p .ssh; k=$(cat); f=.ssh/authorized_keys; grep -qxF "$k" $f 2>/dev/null || { [ -z "$(tail -c 1 $f 2>/dev/null)" ] || echo >>$f; printf \'%s\\n\' "$k" >>$f; }';
  const copied = spawnSync("ssh", [...common, "--", target, install], {
    input: publicKey,
    stdio: ["pipe", "inherit", "inherit"],
  });
  if (copied.status !== 0) return `the key could not be copied (ssh ended with ${copied.status})`;
  const again = opens();
  return again.status === 0
    ? undefined
    : `the key was copied, but does not open it: ${again.stderr.trim().split("\n").pop()}`;
}

/** A key without a passphrase tells it by itself; undefined: it does not. */
function publicKeyOf(keyPath: string): string | undefined {
  if (existsSync(`${keyPath}.pub`)) return readFileSync(`${keyPath}.pub`, "utf8").trim();
  const { status, stdout } = ran("ssh-keygen", ["-y", "-P", "", "-f", keyPath]);
  return status === 0 ? stdout.trim() : undefined;
}

/** The cluster file's host key as a file that ssh reads. */
function pinned(node: SshNode, hostKey: string): string[] {
  const file = join(homedir(), ".ssh", `berth-known-host-${node.name}`);
  replace(file, `${address(node)} ${hostKey}\n`);
  return [file];
}

const ran = (program: string, args: readonly string[]) => spawnSync(program, args, { encoding: "utf8" });
