import { ConfigError } from "../../topology/config-error";
import type { Node } from "../../topology/node";
import { isSshNode, type SshNode } from "../../topology/ssh-nodes";

/** The node as one that SSH comes to. Throws ConfigError for a node of Kubernetes alone. */
export function overSsh(node: Node): SshNode {
  if (isSshNode(node)) return node;
  throw new ConfigError([
    `berth: SSH does not come to ${node.name}, which the cluster file knows as Kubernetes' ${node.kubernetesNode} alone; use kubectl`,
  ]);
}
