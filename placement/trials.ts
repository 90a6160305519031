import type { Instance } from "../topology/instance";
import type { Node } from "../topology/node";
import type { Topology } from "../topology/topology";
import { availabilityOf } from "./availability";
import { changed } from "./changed";
import { compare } from "./compare";
import { mostGpus } from "./pack/kind";

/** One constraint less, and what would be said if that is enough. */
export interface Trial {
  text: string;
  situation: Topology;
}

/** The topology with one constraint less, for each constraint that the instances meet. */
export function trials(topology: Topology, instances: readonly Instance[], nodes: readonly Node[]): Trial[] {
  const { cluster, scenario, observed } = topology;
  const ids = new Set(instances.map(({ id }) => id));
  const pins = instances
    .filter(({ id }) => Object.hasOwn(scenario.placement, id))
    .map(({ id }): Trial => {
      const { [id]: pin, ...placement } = scenario.placement;
      return {
        text: `without ${id}'s place by hand on ${pin} they would fit`,
        situation: { ...topology, scenario: { ...scenario, placement } },
      };
    });
  const apart = instances.flatMap(({ id, antiAffinity }) =>
    antiAffinity
      .filter((other) => ids.has(other))
      .sort(compare)
      .map((other): Trial => {
        const free = changed(topology, {
          instance: id,
          to: { antiAffinity: antiAffinity.filter((one) => one !== other) },
        });
        return { text: `without the anti-affinity of ${id} to ${other} they would fit`, situation: free };
      }),
  );
  const gpus = instances
    // A member of a Ray cluster that says gpus means them.
    .filter(({ gpu, ray }) => gpu === "required" && !ray)
    .map(
      ({ id }): Trial => ({
        text: `with gpu: preferred for ${id} they would fit`,
        situation: changed(topology, { instance: id, to: { gpu: "preferred" } }),
      }),
    );
  const bound = new Map(
    instances.flatMap(({ ray, boundTo }) => (ray && boundTo ? [[ray.cluster, boundTo] as const] : [])),
  );
  const unbound = [...bound].map(([cluster, node]): Trial => {
    const free = scenario.instances.map(({ boundTo, ...one }) =>
      one.ray?.cluster === cluster || boundTo === undefined ? one : { ...one, boundTo },
    );
    return {
      text: `without kubernetes.node ${node} of ${cluster} they would fit`,
      situation: { ...topology, scenario: { ...scenario, instances: free } },
    };
  });
  const models = instances
    .filter(({ gpuModel }) => gpuModel !== undefined)
    .map(({ id, gpuModel: _, ...one }): Trial => {
      const anyModel = scenario.instances.map((other) => (other.id === id ? { id, ...one } : other));
      return {
        text: `with any gpu_model for ${id} they would fit`,
        situation: { ...topology, scenario: { ...scenario, instances: anyModel } },
      };
    });
  const ofNodes = nodes.flatMap((node): Trial[] => {
    const { name, maxInstances, memoryHeadroom } = node;
    const seen = observed.nodes[name];
    const tried = largerShares(topology, instances, node);
    if (availabilityOf(node, seen, cluster.failover.enabled).status !== "HEALTHY")
      tried.push({
        text: seen?.gone
          ? `with ${name} back (./berth back ${name}) and healthy they would fit`
          : `with ${name} healthy they would fit`,
        situation: {
          ...changed(topology, { node: name, to: { status: "HEALTHY" } }),
          observed: { ...observed, nodes: { ...observed.nodes, [name]: {} } },
        },
      });
    if (memoryHeadroom.require > 0)
      tried.push({
        text: `without the required headroom on ${name} they would fit`,
        situation: changed(topology, { node: name, to: { memoryHeadroom: { require: 0, advise: 0 } } }),
      });
    tried.push({
      text: `with max_instances ${maxInstances + 1} on ${name} they would fit`,
      situation: changed(topology, { node: name, to: { maxInstances: maxInstances + 1 } }),
    });
    return tried;
  });
  return [...pins, ...unbound, ...apart, ...gpus, ...models, ...ofNodes];
}

/** With more cores or GPUs, where the instances ask for them. */
function largerShares(topology: Topology, instances: readonly Instance[], node: Node): Trial[] {
  const { name, cpuCores, gpus, unifiedMemory } = node;
  const wanted = Math.ceil(instances.reduce((sum, one) => sum + one.cpuCores, 0));
  const trials: Trial[] = [];
  if (cpuCores !== undefined && wanted > 0)
    trials.push({
      text: `with ${cpuCores + wanted} cpu_cores on ${name} they would fit`,
      situation: changed(topology, { node: name, to: { cpuCores: cpuCores + wanted } }),
    });
  if (gpus > 0 && gpus < mostGpus && !unifiedMemory && instances.some((one) => one.gpus > 0))
    trials.push({
      text: `with ${gpus + 1} GPUs on ${name} they would fit`,
      situation: changed(topology, { node: name, to: { gpus: gpus + 1 } }),
    });
  return trials;
}
