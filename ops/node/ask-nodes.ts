import type { Reach } from "../../components/reach";
import { sshAccess } from "../../components/ssh-access";
import type { SshNode } from "../../topology/ssh-nodes";

/** Nodes that are asked at the same time: enough for a rack, few enough for a small computer. */
const atOnce = 32;

/**
 * Asks every node something, many at the same time, and returns the answers by node name in the order of `nodes`.
 * Throws ConfigError when one cannot be reached safely.
 */
export async function askNodes<T>(
  nodes: readonly SshNode[],
  stack: string,
  ask: (node: SshNode, reach: Reach) => Promise<T>,
): Promise<Map<string, T>> {
  const access = sshAccess(Object.fromEntries(nodes.map(({ name, connection }) => [name, connection])));
  const answers = new Map<string, T>();
  const waiting = [...nodes];
  const askNext = async (): Promise<void> => {
    for (let node = waiting.shift(); node; node = waiting.shift())
      answers.set(
        node.name,
        await ask(node, { node: node.name, stack, access: access.get(node.name)!, gone: "" }),
      );
  };
  await Promise.all(Array.from({ length: atOnce }, askNext));
  return new Map(nodes.map(({ name }) => [name, answers.get(name)!]));
}
