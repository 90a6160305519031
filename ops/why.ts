import { explainWhy } from "../placement/explain-why";
import { why as explained } from "../placement/why";
import { ConfigError } from "../topology/config-error";
import { didYouMean } from "../topology/did-you-mean";
import { stackFiles } from "../topology/stack-files";
import { stackTopology } from "./stack/topology";

export interface WhyOptions {
  configFile?: string;
  json?: boolean;
}

/**
 * Prints why an instance is or is not planned on a node, and what would have to change. Returns the exit status: 0 it is there or
 * would be when placed by hand, 1 something stands against it. Throws ConfigError.
 */
export async function why(
  stack: string,
  instance: string,
  node: string,
  options: WhyOptions,
): Promise<number> {
  const topology = stackTopology(stack, stackFiles(stack, options.configFile));
  ConfigError.gather([
    () =>
      rejectUnknown(
        "instance",
        instance,
        topology.scenario.instances.map(({ id }) => id),
      ),
    () =>
      rejectUnknown(
        "node",
        node,
        topology.cluster.nodes.map(({ name }) => name),
      ),
  ]);
  const answer = await explained(topology, instance, node);
  console.log(options.json ? JSON.stringify(answer, null, 2) : explainWhy(answer));
  return answer.placement?.node === node || answer.byHand ? 0 : 1;
}

function rejectUnknown(what: string, name: string, known: readonly string[]): void {
  if (!known.includes(name)) throw new ConfigError([`berth: no ${what} "${name}"${didYouMean(name, known)}`]);
}
