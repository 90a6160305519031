import { type NixosMember, nixosModule } from "../components/nixos-module";
import { raySpec } from "../components/ray-spec";
import { explain } from "../placement/explain";
import { place } from "../placement/place";
import { checkKnown } from "../topology/check-known";
import { ConfigError } from "../topology/config-error";
import { rayPorts } from "../topology/ray-ports";
import { stackFiles } from "../topology/stack-files";
import { overSsh } from "./node/over-ssh";
import { stackTopology } from "./stack/topology";

/**
 * Prints a NixOS module for the members of Ray clusters that a stack's plan puts on a node. Returns the exit status: 0 printed,
 * 1 not everything has a place. Throws ConfigError.
 */
export async function nixos(stack: string, node: string, configFile?: string): Promise<number> {
  const { cluster, scenario, ...rest } = stackTopology(stack, stackFiles(stack, configFile));
  const names = cluster.nodes.map(({ name }) => name);
  checkKnown("node", [node], names);
  const plan = await place({ cluster, scenario, ...rest });
  if (plan.unplaced.length > 0) {
    console.error(explain(plan));
    return 1;
  }
  const hostOf = (name: string) => overSsh(cluster.nodes.find((one) => one.name === name)!).connection.host;
  const placed = scenario.instances.flatMap((instance) => {
    const placement = plan.placements.find((one) => one.instance === instance.id)!;
    return instance.ray ? [{ instance, placement, ray: instance.ray }] : [];
  });
  const members = placed
    .filter(({ placement }) => placement.node === node)
    .map(({ instance, placement, ray }): NixosMember => {
      const described = scenario.rayClusters.find(({ name }) => name === ray.cluster)!;
      if (described.redis)
        throw new ConfigError([
          `berth: no module for ${ray.cluster}: gcs_fault_tolerance: redis is not written into modules`,
        ]);
      const head = placed.find((one) => one.ray.cluster === ray.cluster && one.ray.role === "head")!;
      const address = { host: hostOf(head.placement.node), port: rayPorts(head.placement.port!).gcs };
      const spec = raySpec(described, { instance, placement, host: hostOf(node) }, address);
      return { id: instance.id, cluster: described, spec, memoryBytes: placement.takes.ramBytes };
    });
  if (members.length === 0)
    throw new ConfigError([`berth: stack ${stack} has no member of a Ray cluster on ${node}`]);
  process.stdout.write(nixosModule(stack, node, members));
  return 0;
}
