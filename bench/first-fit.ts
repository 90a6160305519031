import { filters } from "../placement/filters";
import { Load } from "../placement/load";
import type { Topology } from "../topology/topology";

/** The rival: each instance in the order of the file to the first node that takes it, by the same filters. How many it places. */
export function firstFit({ cluster, scenario }: Topology): number {
  const loads = cluster.nodes.map((node) => new Load(node));
  let placed = 0;
  for (const instance of scenario.instances) {
    const request = {
      instance,
      pinnedTo: undefined,
      conflicts: new Set(instance.antiAffinity),
      affinity: new Set<string>(),
      port: cluster.peerPorts.start,
      was: undefined,
      wasOnGpu: undefined,
      wasGpuDevices: undefined,
      anew: undefined,
    };
    const load = loads.find((load) => {
      const offer = { request, load, takes: load.takesOf(instance) };
      return filters.every((filter) => filter.refuse(offer) === undefined);
    });
    if (!load) continue;
    load.add(instance, load.takesOf(instance));
    placed++;
  }
  return placed;
}
