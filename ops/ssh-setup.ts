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
import { addressOf, keyPathOf, type SetUpMachine, SshWay } from "./node/ssh-way";

export interface SshSetupOptions {
  configFile?: string;
  yes?: boolean;
  json?: boolean;
}

/** What is missing for a machine; each is done only after it was shown. */
interface Todo {
  readonly machine: SetUpMachine;
  readonly keyPath: string;
  /** Lines for known_hosts, of a machine that nobody has vouched for yet. */
  readonly hostKeys: readonly string[];
}

/**
 * Makes the nodes of a stack reachable without a password: a key if there is none, the machines' host keys after their fingerprints
 * were shown, the public key on each node (ssh itself asks for the password), a block in ~/.ssh/config; jump hosts before the nodes
 * behind them. Shows what it will do, then does it; what is there stays. Returns the exit status: 0 all can be reached, 1 one cannot or it was not wanted. Throws ConfigError.
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
  const configPath = join(folder, "config");
  const way = new SshWay(knownHosts);
  try {
    const todos = [...jumpHosts(nodes), ...nodes].map((machine): Todo => {
      const { connection } = machine;
      const key = isKnown(machine, knownHosts) ? undefined : (way.hostKey(machine) ?? "");
      if (key === "") console.error(unseen(machine));
      notice(machine, configPath);
      return { machine, keyPath: keyPathOf(connection), hostKeys: key ? [key] : [] };
    });
    const keys = [...new Set(todos.map(({ keyPath }) => keyPath))].filter((path) => !existsSync(path));
    const before = existsSync(configPath) ? readFileSync(configPath, "utf8") : "";
    // Of all: who comes later for one node alone still needs the others.
    const after = withSshBlock(before, stack, all);
    const trust = todos.flatMap(({ machine: { name, connection }, hostKeys }) =>
      hostKeys.map((line) => ({ name, host: connection.host, fingerprint: fingerprint(line) })),
    );
    const write = after === before ? null : configPath;
    if (!options.json) show(stack, { keys, trust, todos, write });
    const machines: Record<string, string | null> = {};
    const told = () => {
      const copy = todos.map(({ machine, keyPath }) => ({ name: machine.name, key: `${keyPath}.pub` }));
      const done = Object.keys(machines).length > 0;
      if (options.json)
        console.log(JSON.stringify({ make: keys, trust, copy, write, done, machines }, null, 2));
    };
    if (!options.yes && (options.json || !(await confirmed()))) {
      told();
      return 1;
    }
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const path of keys) makeKey(path);
    const lines = todos.flatMap(({ hostKeys }) => hostKeys);
    if (lines.length > 0) append(knownHosts, lines);
    if (after !== before) replace(configPath, after);
    for (const { machine, keyPath } of todos) {
      const problem = isKnown(machine, knownHosts)
        ? copyKey(machine, keyPath, way.to(machine))
        : "its host key is not known; type the same again once it can be seen";
      machines[machine.name] = problem ?? null;
      if (!options.json) console.log(`${machine.name}: ${problem ?? "can be reached"}`);
    }
    told();
    return Object.values(machines).every((problem) => problem === null) ? 0 : 1;
  } finally {
    way.end();
  }
}

/** Each once, with the name of a node behind it. */
function jumpHosts(nodes: readonly SshNode[]): SetUpMachine[] {
  const found = new Map<string, SetUpMachine>();
  for (const { name, connection } of nodes) {
    const { jumpHost } = connection;
    const id = jumpHost && `${jumpHost.user}@${addressOf(jumpHost)}`;
    if (id && !found.has(id)) found.set(id, { name: `${name}'s jump host`, connection: jumpHost });
  }
  return [...found.values()];
}

function unseen({ name, connection }: SetUpMachine): string {
  const address = addressOf(connection);
  return connection.jumpHost
    ? `${name}: its host key is not known, and nobody shows it at ${address} through its jump host yet`
    : `${name}: nobody answers at ${address}; its host key is not known`;
}

/** A way that only the user's own ssh knows is none for Berth, which reads the cluster file alone. */
function notice({ name, connection: { host, jumpHost } }: SetUpMachine, configPath: string): void {
  if (jumpHost || !existsSync(configPath)) return;
  const { stdout } = ran("ssh", ["-G", "-F", configPath, "--", host]);
  const jump = /^proxyjump (?!none$)(.+)$/m.exec(stdout)?.[1];
  if (jump)
    console.error(
      `${name}: ${configPath} goes to ${host} through ${jump}, and Berth does not read that; write it into the cluster file as jump_host`,
    );
}

interface Shown {
  readonly keys: readonly string[];
  readonly trust: readonly { readonly name: string; readonly host: string; readonly fingerprint: string }[];
  readonly todos: readonly Todo[];
  readonly write: string | null;
}

function show(stack: string, { keys, trust, todos, write }: Shown): void {
  for (const path of keys) console.log(`make a key        ${path} (ed25519, without a passphrase)`);
  for (const one of trust)
    console.log(`trust the machine ${one.name}: ${one.fingerprint} says it is ${one.host}`);
  for (const { machine, keyPath } of todos) {
    const { user, host } = machine.connection;
    console.log(`copy the key      ${keyPath}.pub to ${user}@${host} (${machine.name}), unless it is there`);
  }
  if (write !== null) console.log(`write             a block for ${stack} in ${write}`);
  if (trust.length > 0)
    console.log(
      "\nCompare each fingerprint with what the machine itself says:  ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
    );
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

/** A key in the cluster file counts: whoever wrote it has compared it. */
function isKnown({ connection }: SetUpMachine, knownHosts: string): boolean {
  if (connection.hostKey !== undefined) return true;
  return (
    existsSync(knownHosts) && ran("ssh-keygen", ["-F", addressOf(connection), "-f", knownHosts]).status === 0
  );
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
function copyKey(machine: SetUpMachine, keyPath: string, common: readonly string[]): string | undefined {
  const { host, user } = machine.connection;
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

const ran = (program: string, args: readonly string[]) => spawnSync(program, args, { encoding: "utf8" });
