import { createHash } from "node:crypto";
import type { SshAccess } from "./ssh-access";

/** The files that make the OpenSSH client (ssh, rsync) reach a machine exactly as `access` says and ignore everything else. */
export interface SshConfig {
  /** For `ssh -F`; the machine is called `node` in it. `{folder}` stands for the folder of both files. */
  readonly config: string;
  readonly knownHosts: string;
  /** 16 hex digits over both: who is reached the same way shares files and connection. */
  readonly id: string;
}

/**
 * The OpenSSH client's configuration for one machine: pinned host key, no password, no prompt, one connection for all who use
 * the same folder, dead peers noticed after 20 s.
 */
export function sshConfig(access: SshAccess): SshConfig {
  const hosts = [{ alias: "node", ...access }, ...(access.jump ? [{ alias: "jump", ...access.jump }] : [])];
  const config = hosts.map((host) => `${hostBlock(host.alias, host)}\n`).join("\n");
  const knownHosts = hosts.map((host) => `${host.alias} ${host.hostKey}\n`).join("");
  const id = createHash("sha256")
    .update(JSON.stringify([config, knownHosts]))
    .digest("hex")
    .slice(0, 16);
  return { config, knownHosts, id };
}

function hostBlock(alias: string, access: SshAccess): string {
  return [
    `Host ${alias}`,
    `  HostName ${literal(access.host)}`,
    `  Port ${access.port}`,
    `  User ${access.user}`,
    ...(access.keyPath ? [`  IdentityFile "${literal(access.keyPath)}"`, "  IdentitiesOnly yes"] : []),
    ...(access.jump ? ["  ProxyJump jump"] : []),
    ...(alias === "node" ? ['  ControlPath "{folder}/socket"'] : []),
    `  HostKeyAlias ${alias}`,
    `  HostKeyAlgorithms ${access.hostKey.split(" ")[0]}`,
    '  UserKnownHostsFile "{folder}/known_hosts"',
    "  GlobalKnownHostsFile /dev/null",
    "  StrictHostKeyChecking yes",
    "  BatchMode yes",
    "  ConnectTimeout 10",
    "  ServerAliveInterval 5",
    "  ServerAliveCountMax 4",
    "  LogLevel ERROR",
  ].join("\n");
}

/** `%` begins a word of OpenSSH's own; the address of a link (fe80::1%eth0) has one, and so may a path. */
const literal = (text: string) => text.replaceAll("%", "%%");
