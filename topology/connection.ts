import { z } from "zod";
import { line, matching, section, wholeNumber } from "./fields";

/** How the coordinator reaches a machine over SSH. */
export interface Connection {
  host: string;
  port: number;
  user: string;
  /** As written: a leading `~` is expanded by whoever opens the file. */
  keyPath?: string;
  /** The machine's public key, `ssh-ed25519 AAAA…`. Without it the user's known_hosts decides. */
  hostKey?: string;
  jumpHost?: JumpHost;
}

export type JumpHost = Omit<Connection, "jumpHost">;

const host = matching(/^[A-Za-z0-9:[][A-Za-z0-9._:%[\]-]{0,252}$/, "a host name or address");
const port = wholeNumber(1, 65_535);
const user = matching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,31}$/, "a login name");
const keyPath = line("the path of a private key");
const hostKey = matching(
  /^(ssh-[a-z0-9-]+|ecdsa-[a-z0-9-]+|sk-[a-z0-9@.-]+) [A-Za-z0-9+/]+={0,3}( [^\p{Cc}]*)?$/u,
  'a public host key such as "ssh-ed25519 AAAA…"',
);

const jumpHost = section("a map with host and ssh_user", {
  host,
  ssh_port: port.default(22),
  ssh_user: user,
  ssh_key_path: keyPath.optional(),
  host_key: hostKey.optional(),
});

/** Where instances' files lie; never a whole file system, never a path that climbs. */
export const remoteWorkDir = matching(
  /^(?!.*(^|\/)\.\.(\/|$))(~\/|\/)[^\p{Cc}]*[^/\p{Cc}][^\p{Cc}]*$/u,
  "an absolute path below /, or one that starts with ~/, without '..'",
);

/** The connection part of a node, spread into its section. */
export const connectionFields = {
  host,
  ssh_port: port.default(22),
  ssh_user: user,
  ssh_key_path: keyPath.optional(),
  host_key: hostKey.optional(),
  jump_host: jumpHost.optional(),
  remote_work_dir: remoteWorkDir.default("~/berth"),
};

/** `connections.yaml`: what differs between two sets of machines that play the same nodes, such as a lab. */
export const connectionsSchema = section("a map with nodes", {
  nodes: z.record(
    z.string(),
    section("a map of connection settings", {
      host: host.optional(),
      ssh_port: port.optional(),
      ssh_user: user.optional(),
      ssh_key_path: keyPath.optional(),
      host_key: hostKey.optional(),
      jump_host: jumpHost.optional(),
      remote_work_dir: remoteWorkDir.optional(),
    }),
    "a map of node name to connection settings",
  ),
});

export type WrittenConnections = z.output<typeof connectionsSchema>;

type Written = z.output<typeof jumpHost> & { jump_host?: z.output<typeof jumpHost> | undefined };

export function toConnection(written: Written): Connection {
  return {
    host: written.host,
    port: written.ssh_port,
    user: written.ssh_user,
    ...(written.ssh_key_path && { keyPath: written.ssh_key_path }),
    ...(written.host_key && { hostKey: written.host_key }),
    ...(written.jump_host && { jumpHost: toConnection(written.jump_host) }),
  };
}
