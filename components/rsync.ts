import { spawnSync } from "node:child_process";
import { runOnNodePath } from "./reach";

/**
 * Copies with rsync over a node's own SSH connection; the node is called `node` in `args`. How to reach it stands in
 * `environment`, as for `run-on-node.sh`. Throws Error with what the node, ssh or rsync says.
 */
export function rsync(args: readonly string[], environment: NodeJS.ProcessEnv, input = ""): void {
  const connect = spawnSync("sh", [runOnNodePath, "connect"], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  if (connect.status !== 0) throw new Error(connect.stderr.trim().replace(/^berth: /, ""));
  const ran = spawnSync("rsync", [`--rsh=ssh -F "${connect.stdout.trim()}"`, ...args], {
    env: environment,
    input,
    encoding: "utf8",
  });
  if (ran.error)
    throw new Error(`rsync cannot be run here: ${ran.error.message}; install it (apt-get install rsync)`);
  // A first copy has nothing to link to, and says so.
  const complaints = ran.stderr
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("--link-dest arg"));
  if (ran.status !== 0)
    throw new Error(`rsync ended with ${ran.status ?? ran.signal}: ${complaints.join("\n")}`);
}
