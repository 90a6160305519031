import type { SshAccess } from "./ssh-access";

/** The files that make the OpenSSH client (ssh, rsync) reach a machine exactly as `access` says and ignore everything else. */
export interface SshConfig {
  /** For `ssh -F`; the machine is called `node` in it. `{known_hosts}` stands for the path of the other file. */
  readonly config: string;
  readonly knownHosts: string;
}

/** The OpenSSH client's configuration for one machine: pinned host key, no password, no prompt, dead peers noticed after 20 s. */
export function sshConfig(access: SshAccess): SshConfig {
  const hosts = [{ alias: "node", ...access }, ...(access.jump ? [{ alias: "jump", ...access.jump }] : [])];
  return {
    config: hosts.map((host) => `${hostBlock(host.alias, host)}\n`).join("\n"),
    knownHosts: hosts.map((host) => `${host.alias} ${host.hostKey}\n`).join(""),
  };
}

function hostBlock(alias: string, access: SshAccess): string {
  return [
    `Host ${alias}`,
    `  HostName ${access.host}`,
    `  Port ${access.port}`,
    `  User ${access.user}`,
    ...(access.keyPath ? [`  IdentityFile "${access.keyPath}"`, "  IdentitiesOnly yes"] : []),
    ...(access.jump ? ["  ProxyJump jump"] : []),
    `  HostKeyAlias ${alias}`,
    `  HostKeyAlgorithms ${access.hostKey.split(" ")[0]}`,
    '  UserKnownHostsFile "{known_hosts}"',
    "  GlobalKnownHostsFile /dev/null",
    "  StrictHostKeyChecking yes",
    "  BatchMode yes",
    "  ConnectTimeout 15",
    "  ServerAliveInterval 5",
    "  ServerAliveCountMax 4",
    "  LogLevel ERROR",
  ].join("\n");
}
