import { join } from "node:path";
import type { SshAccess } from "./ssh-access";
import { sshConfig } from "./ssh-config";

/** All it takes to send a request to one node. */
export interface Reach {
  /** The node's name. */
  readonly node: string;
  /** What `./berth gone` has to be told besides the node: a stack, or `--cluster FILE`. */
  readonly stack: string;
  readonly access: SshAccess;
  /** The folder that is there while the node is given up: then deletes are kept in it and nothing else is tried. */
  readonly gone: string;
}

/** The program that sends a request to a node, from the project's directory. */
export const runOnNode = "components/run-on-node.sh";

/** The same from anywhere. */
export const runOnNodePath = join(__dirname, "run-on-node.sh");

/**
 * What `run-on-node.sh` reads from its environment; its header says what each is.
 * @param seconds after which the request ends itself on the node
 */
export function reachEnvironment(
  { node, stack, access, gone }: Reach,
  seconds: number,
): Record<string, string> {
  const { id, config, knownHosts } = sshConfig(access);
  return {
    BERTH_NODE: node,
    BERTH_STACK: stack,
    BERTH_GONE: gone,
    BERTH_SECONDS: `${seconds}`,
    BERTH_SSH_ID: id,
    BERTH_SSH_CONFIG: config,
    BERTH_KNOWN_HOSTS: knownHosts,
  };
}
