import { mkdirSync } from "node:fs";
import type { Cluster } from "../topology/cluster";
import { ConfigError } from "../topology/config-error";
import { loadTopology } from "../topology/load-topology";
import { stackFiles } from "../topology/stack-files";
import { intervals, numberOption } from "./command/number-option";
import { pulumiSetUp, stackState } from "./stack/state";
import { onlyWatch } from "./watch/only-watch";
import { StackWatch } from "./watch/stack-watch";

export interface WatchOptions {
  configFile?: string;
  /** Seconds, in the place of the cluster's `health_check.interval_seconds`. */
  interval?: string;
  once?: boolean;
  json?: boolean;
}

/**
 * Asks all nodes of a stack again and again how they are, keeps what is new in a journal and, where the cluster file wants that,
 * moves what a lost node had by a normal update. Ends with SIGINT or SIGTERM, or when another watch renews the stack's leases.
 * Returns the exit status: 0 it was ended, 2 there is another; with `once` 0 all are healthy and all that should run does, 1
 * otherwise. Throws ConfigError.
 */
export async function watch(stack: string, options: WatchOptions): Promise<number> {
  const files = stackFiles(stack, options.configFile);
  const { cluster } = loadTopology(files);
  const intervalSeconds = intervalOf(options, cluster);
  if (!cluster.healthCheck.enabled)
    throw new ConfigError([`berth: health_check.enabled is false in ${files.cluster}, so nobody is asked`]);
  mkdirSync(files.watch, { recursive: true });
  const env = await pulumiSetUp();
  const free = options.once ? () => {} : await onlyWatch(files.watch, stack);
  try {
    const one = new StackWatch(stack, options, files, cluster, intervalSeconds, () => stackState(stack, env));
    return await (options.once ? one.once() : one.untilEnded());
  } finally {
    free();
  }
}

function intervalOf({ interval }: WatchOptions, { healthCheck, failover }: Cluster): number {
  if (interval === undefined) return healthCheck.intervalSeconds;
  const seconds = numberOption("--interval", interval, intervals);
  const lease = failover.leaseSeconds;
  if (lease > 0 && lease < 2 * seconds)
    throw new ConfigError([
      `berth: --interval ${seconds}: the lease of ${lease} s is less than twice that; set failover.lease_seconds to ${2 * seconds} or more`,
    ]);
  return seconds;
}
