import { spawn } from "node:child_process";
import { constants } from "node:os";
import { sshAccess } from "../components/ssh-access";
import { ConfigError } from "../topology/config-error";
import { didYouMean } from "../topology/did-you-mean";
import { loadTopology } from "../topology/load-topology";
import { stackFiles } from "../topology/stack-files";
import { overSsh } from "./node/over-ssh";
import { runOnNode } from "./node/run-on-node";

export interface SshOptions {
  configFile?: string;
}

/** The exit status of OpenSSH's client when it comes to no connection. */
const noConnection = 255;

/**
 * Opens a shell on a node, or runs a command there, over the connection that Berth itself uses: same user, key, jump host and
 * pinned host key. Returns the exit status of what ran there, 255 when the node cannot be reached. Throws ConfigError.
 */
export async function ssh(
  stack: string,
  node: string,
  command: readonly string[],
  options: SshOptions,
): Promise<number> {
  const { nodes } = loadTopology(stackFiles(stack, options.configFile)).cluster;
  const found = nodes.find(({ name }) => name === node);
  const names = nodes.map(({ name }) => name);
  if (!found) throw new ConfigError([`berth: no node "${node}"${didYouMean(node, names)}`]);
  const access = sshAccess({ [node]: overSsh(found).connection }).get(node)!;
  const { status, stdout, stderr } = await runOnNode({ node, stack, access, gone: "" }, "connect", "", 20);
  if (status !== 0) {
    process.stderr.write(stderr);
    return noConnection;
  }

  const args = ["-F", stdout.trim(), ...(process.stdin.isTTY ? ["-t"] : []), "node", ...command];
  return new Promise((resolve, reject) => {
    const child = spawn("ssh", args, { stdio: "inherit" });
    // Ctrl-C is for what runs there; the client passes it on.
    process.on("SIGINT", () => {});
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
  });
}
