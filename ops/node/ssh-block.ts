import type { SshNode } from "../../topology/ssh-nodes";

/** The user's ssh configuration with the block of a stack's nodes in it, at its end or in the place of the one that is there. */
export function withSshBlock(config: string, stack: string, nodes: readonly SshNode[]): string {
  const [begin, end] = [`# berth ${stack}: begin (written by ./berth ssh-setup)`, `# berth ${stack}: end`];
  const block = [begin, ...nodes.flatMap(hostLines), end].join("\n");
  const [from, to] = [config.indexOf(begin), config.indexOf(end)];
  if (from >= 0 && to > from) return config.slice(0, from) + block + config.slice(to + end.length);
  const gap = config === "" ? "" : config.endsWith("\n") ? "\n" : "\n\n";
  return `${config}${gap}${block}\n`;
}

function hostLines({ name, connection: { host, port, user, keyPath, jumpHost } }: SshNode): string[] {
  return [
    `Host ${name}`,
    `  HostName ${host}`,
    `  Port ${port}`,
    `  User ${user}`,
    ...(keyPath ? [`  IdentityFile "${keyPath}"`] : []),
    ...(jumpHost ? [`  ProxyJump ${jumpHost.user}@${jumpHost.host}:${jumpHost.port}`] : []),
  ];
}
