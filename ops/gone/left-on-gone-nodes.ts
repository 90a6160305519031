import { join } from "node:path";
import { ConfigError } from "../../topology/config-error";
import { goneNodes } from "../../topology/gone-nodes";
import { loadCluster } from "../../topology/load-cluster";
import { stackFiles } from "../../topology/stack-files";
import { tombstones } from "./tombstones";

/**
 * What an update or destroy of `stack` could not clear away because its node is given up, a line per node; Pulumi counts such a
 * delete as done. Empty for a stack whose files cannot be read any more.
 */
export function leftOnGoneNodes(stack: string, configFile?: string): string[] {
  try {
    const { cluster, connections, gone } = stackFiles(stack, configFile);
    const folder = join(gone, loadCluster(cluster, connections).name);
    return goneNodes(folder).flatMap((node) => {
      const kept = tombstones(join(folder, node)).filter(
        ({ what }) => what === stack || what.startsWith(`${stack}/`),
      );
      if (kept.length === 0) return [];
      const list = kept.map(({ verb, what }) => `${verb} ${what}`).join(", ");
      return [
        `left on ${node}, which is given up: ${list}; once it answers again:  ./berth back ${node} ${stack}`,
      ];
    });
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}
