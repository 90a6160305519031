import { z } from "zod";
import { dictionary, line, matching, section, wholeNumber } from "./fields";

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

const is = {
  host: { description: "Where its SSH server listens", example: "192.168.1.100" },
  ssh_port: { description: "Port of its SSH server", example: 2222 },
  ssh_user: { description: "Who logs in", example: "jetson" },
  ssh_key_path: {
    description: "The private key that logs in; only its owner may read the file",
    absent: "a key of the SSH agent",
    example: "~/.ssh/id_ed25519",
  },
  host_key: {
    description: "The machine's public key, so that nobody can play its part",
    absent: "what `~/.ssh/known_hosts` says",
    example: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1rPMVoKXoJFjE7mv2PmCxm7rKpMzeWlHP8IUSZtH5P",
  },
  jump_host: { description: "A machine to go through on the way", absent: "the way is direct" },
  remote_work_dir: {
    description: "Where code, logs and results lie on the machine",
    example: "/home/jetson/brain-in-jar",
  },
};

const jumpHost = section("a map with host and ssh_user", {
  host: host.meta(is.host),
  ssh_port: port.default(22).meta(is.ssh_port),
  ssh_user: user.meta(is.ssh_user),
  ssh_key_path: keyPath.optional().meta(is.ssh_key_path),
  host_key: hostKey.optional().meta(is.host_key),
});

/** Where instances' files lie; never a whole file system, never a path that climbs. */
export const remoteWorkDir = matching(
  /^(?!.*(^|\/)\.\.(\/|$))(~\/|\/)[^\p{Cc}]*[^/\p{Cc}][^\p{Cc}]*$/u,
  "an absolute path below /, or one that starts with ~/, without '..'",
);

const defaultPort = 22;
const defaultWorkDir = "~/berth";
const unlessKubernetes = { absent: "it is reached through Kubernetes alone, and `kubernetes_node` is there" };

/**
 * The connection part of a node, spread into its section. Nothing is required and nothing has its default here: a node of
 * Kubernetes has none of them, and `checkReach` has to see which are written.
 */
export const connectionFields = {
  host: host.optional().meta({ ...is.host, ...unlessKubernetes }),
  ssh_port: port.optional().meta({ ...is.ssh_port, absent: `\`${defaultPort}\`` }),
  ssh_user: user.optional().meta({ ...is.ssh_user, ...unlessKubernetes }),
  ssh_key_path: keyPath.optional().meta(is.ssh_key_path),
  host_key: hostKey.optional().meta(is.host_key),
  jump_host: jumpHost.optional().meta(is.jump_host),
  remote_work_dir: remoteWorkDir.optional().meta({ ...is.remote_work_dir, absent: `\`${defaultWorkDir}\`` }),
};

const required = { host: "a host name or address", ssh_user: "a login name" };

/** `checkReach` for editors. */
export const reachSchema = {
  if: { anyOf: Object.keys(connectionFields).map((key) => ({ required: [key] })) },
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema.
  then: { required: Object.keys(required) },
  else: { required: ["kubernetes_node"] },
};

/** A node is reached over SSH, through Kubernetes, or both; what is begun of SSH is to be whole. */
export const checkReach = z.core._check<Record<string, unknown>>(
  ({ value, issues }) => {
    const isBegun = Object.keys(connectionFields).some((key) => value[key] !== undefined);
    if (!isBegun && value.kubernetes_node !== undefined) return;
    for (const [key, expected] of Object.entries(required)) {
      if (value[key] !== undefined) continue;
      const message = isBegun ? expected : `${expected}, or kubernetes_node`;
      issues.push({ code: "invalid_type", expected: "string", input: undefined, path: [key], message });
    }
  },
  { when: ({ value }) => typeof value === "object" && value !== null },
);

const asInCluster = { absent: "as in the cluster file" };
// Another host is another machine: what the cluster file says of the first one is not true of it.
const unlessElsewhere = (otherwise: string) => ({
  absent: `as in the cluster file; with a \`host\`, ${otherwise}`,
});

/** `connections.yaml`: what differs between two sets of machines that play the same nodes, such as a lab. */
export const connectionsSchema = section("a map with nodes", {
  nodes: dictionary(
    "a map of node name to connection settings",
    z.string(),
    section("a map of connection settings", {
      host: host.optional().meta({ ...is.host, ...asInCluster }),
      ssh_port: port.optional().meta({ ...is.ssh_port, ...unlessElsewhere("22") }),
      ssh_user: user.optional().meta({ ...is.ssh_user, ...asInCluster }),
      ssh_key_path: keyPath.optional().meta({ ...is.ssh_key_path, ...asInCluster }),
      host_key: hostKey.optional().meta({ ...is.host_key, ...unlessElsewhere(is.host_key.absent) }),
      jump_host: jumpHost.optional().meta({ ...is.jump_host, ...unlessElsewhere("none") }),
      remote_work_dir: remoteWorkDir.optional().meta({ ...is.remote_work_dir, ...asInCluster }),
    }),
  ).meta({ description: "Which nodes are reached differently, by the names they have in the cluster file" }),
}).meta({
  description:
    "How nodes are reached where that differs from the cluster file: one cluster, played by several sets of machines. " +
    "`berth:connections` in a stack file names it",
});

export type WrittenConnections = z.output<typeof connectionsSchema>;

type Written = z.output<typeof jumpHost> & { jump_host?: z.output<typeof jumpHost> | undefined };
type WrittenReach = { [Key in keyof typeof connectionFields]?: z.output<(typeof connectionFields)[Key]> };

/** How a node is reached over SSH, and where its files lie; undefined for a node of Kubernetes alone. */
export function toSsh(written: WrittenReach): { connection: Connection; remoteWorkDir: string } | undefined {
  const { host, ssh_user: user, ssh_port = defaultPort, remote_work_dir = defaultWorkDir } = written;
  if (host === undefined || user === undefined) return undefined;
  return {
    connection: toConnection({ ...written, host, ssh_user: user, ssh_port }),
    remoteWorkDir: remote_work_dir,
  };
}

function toConnection(written: Written): Connection {
  return {
    host: written.host,
    port: written.ssh_port,
    user: written.ssh_user,
    ...(written.ssh_key_path && { keyPath: written.ssh_key_path }),
    ...(written.host_key && { hostKey: written.host_key }),
    ...(written.jump_host && { jumpHost: toConnection(written.jump_host) }),
  };
}
