import type { Cluster } from "./cluster";
import type { Node } from "./node";

/** A node that SSH comes to. */
export type SshNode = Node & Required<Pick<Node, "connection" | "remoteWorkDir">>;

/** Those of a cluster's nodes that SSH comes to, in their order. */
export function sshNodes({ nodes }: Pick<Cluster, "nodes">): SshNode[] {
  return nodes.filter(isSshNode);
}

export function isSshNode(node: Node): node is SshNode {
  return node.connection !== undefined && node.remoteWorkDir !== undefined;
}
