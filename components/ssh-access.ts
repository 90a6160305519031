import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../topology/config-error";
import type { Connection } from "../topology/connection";

/** How to reach one machine: everything an SSH client needs, host key included. `keyPath` absent = the SSH agent signs. */
export interface SshAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** One line as in an authorized_keys file: `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  readonly keyPath?: string;
  readonly jump?: SshAccess;
}

/**
 * Completes the connections of the named machines from the user's own SSH set-up: a host key that is not
 * written in the cluster file comes from known_hosts (hashed entries too), a key the agent holds is left to the agent.
 * Reads local files only. Throws one ConfigError that lists every machine that cannot be reached safely.
 */
export function sshAccess(connections: Readonly<Record<string, Connection>>): Map<string, SshAccess> {
  const issues: string[] = [];
  const access = new Map<string, SshAccess>();
  for (const [name, connection] of Object.entries(connections)) {
    const jump = connection.jumpHost && resolve(`${name}.jump_host`, connection.jumpHost, issues);
    const target = resolve(name, connection, issues);
    if (target) access.set(name, jump ? { ...target, jump } : target);
  }
  if (issues.length > 0) throw new ConfigError(issues);
  return access;
}

function resolve(name: string, to: Omit<Connection, "jumpHost">, issues: string[]): SshAccess | undefined {
  const hostKey = to.hostKey ?? knownHostKey(to.host, to.port);
  if (hostKey === undefined)
    issues.push(
      `node ${name}: no host key for ${to.host}, so it could be anybody; connect once by hand and compare the fingerprint that is shown:  ssh -p ${to.port} ${to.user}@${to.host}  (or write host_key in the cluster file)`,
    );
  else if (!pinnable.test(hostKey))
    issues.push(
      `node ${name}: host_key is of a kind that cannot be pinned (${hostKey.split(" ")[0]}); use the machine's ssh-ed25519 or ecdsa key`,
    );
  const keyPath = to.keyPath?.replace(/^~(?=\/|$)/, homedir());
  const useAgent = agentHolds(keyPath);
  const keyIssue = useAgent ? undefined : keyProblem(keyPath);
  if (keyIssue) issues.push(`node ${name}: ${keyIssue}`);
  if (hostKey === undefined || keyIssue) return undefined;
  const withoutComment = hostKey.split(" ").slice(0, 2).join(" ");
  return {
    host: to.host,
    port: to.port,
    user: to.user,
    hostKey: withoutComment,
    ...(useAgent ? {} : { keyPath }),
  };
}

/** ed25519 or ECDSA only: a pinned RSA key makes the SSH library ask for SHA-1 signatures, which sshd refuses since 8.8. */
const pinnable = /^(ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)) /;

function knownHostKey(host: string, port: number): string | undefined {
  const file = join(homedir(), ".ssh", "known_hosts");
  if (!existsSync(file)) return undefined;
  const found = run("ssh-keygen", ["-F", port === 22 ? host : `[${host}]:${port}`, "-f", file]) ?? "";
  return found
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#") && !line.startsWith("@"))
    .map((line) => line.split(" ").slice(1, 3).join(" "))
    .filter((key) => pinnable.test(key))
    .sort((a, b) => Number(b.startsWith("ssh-ed25519")) - Number(a.startsWith("ssh-ed25519")))[0];
}

function agentHolds(keyPath: string | undefined): boolean {
  if (!process.env.SSH_AUTH_SOCK) return false;
  const held = run("ssh-add", ["-L"]) ?? "";
  if (keyPath === undefined) return held !== "";
  const file = `${keyPath}.pub`;
  const key = existsSync(file) ? readFileSync(file, "utf8").split(" ")[1] : undefined;
  return key !== undefined && held.includes(key);
}

function keyProblem(keyPath: string | undefined): string | undefined {
  if (keyPath === undefined)
    return "no ssh_key_path and no key in an SSH agent; write ssh_key_path or run ssh-add";
  if (!existsSync(keyPath))
    return `ssh_key_path ${keyPath} does not exist; make one with  ssh-keygen -t ed25519 -f ${keyPath}`;
  if (statSync(keyPath).mode & 0o077)
    return `ssh_key_path ${keyPath} is readable by others; type  chmod 600 ${keyPath}`;
  if (run("ssh-keygen", ["-y", "-P", "", "-f", keyPath]) === undefined)
    return `ssh_key_path ${keyPath} has a passphrase and the SSH agent does not hold it; type  ssh-add ${keyPath}`;
  return undefined;
}

/** What OpenSSH's tool prints, `undefined` when it fails. Many machines share a key: each question is asked once. */
function run(program: string, args: string[]): string | undefined {
  const question = [program, ...args].join("\0");
  if (!answers.has(question)) answers.set(question, ask(program, args));
  return answers.get(question);
}

const answers = new Map<string, string | undefined>();

function ask(program: string, args: string[]): string | undefined {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return undefined;
  }
}
