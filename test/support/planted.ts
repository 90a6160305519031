import type { Instance } from "../../topology/instance";
import type { Node } from "../../topology/node";
import type { PreviousPlacement } from "../../topology/observed";
import type { Topology } from "../../topology/topology";
import { aNode, anInstance, aTopology, gb } from "./topology";

export interface PlantedArgs {
  readonly seed: number;
  readonly nodes: number;
  readonly instances: number;
  /** How much of what a node can give out is given out, from 0 to 1. */
  readonly fill: number;
  /** @default as many as are planted on a node */
  readonly slots?: number;
  /** Every third node has a GPU, and some of its instances need it. */
  readonly gpus?: boolean;
  /** The share of the instances that run already, where they were planted. */
  readonly running?: number;
}

/** A cluster whose instances are its nodes cut into pieces, in steps of 0.1 GB: it is known that all of them fit. */
export function planted(args: PlantedArgs): Topology {
  const random = drawn(args.seed);
  const nodes: Node[] = [];
  const instances: Instance[] = [];
  const previous: Record<string, PreviousPlacement> = {};
  for (let index = 0; index < args.nodes; index++) {
    const size = [16, 32, 64, 32][Math.floor(random() * 4)]!;
    const gpu = args.gpus === true && index % 3 === 0;
    const count = Math.floor(((index + 1) * args.instances) / args.nodes) - instances.length;
    const node = aNode({
      name: `n${index}`,
      ramBytes: gb(size),
      maxInstances: args.slots ?? Math.ceil(args.instances / args.nodes),
      gpu,
      gpuMemoryBytes: gpu ? gb(size / 2) : 0,
    });
    nodes.push(node);
    let gpuTenths = gpu ? size * 5 : 0;
    for (const tenths of pieces(Math.floor(size * 8.5 * args.fill), count, random)) {
      const id = `i${instances.length}`;
      const needsGpu = gpuTenths > 10 && random() < 0.4;
      const gpuPart = needsGpu ? 5 + Math.floor((random() * gpuTenths) / 2) : 0;
      gpuTenths -= gpuPart;
      if (random() < (args.running ?? 0)) previous[id] = { node: node.name };
      instances.push(
        anInstance({
          id,
          ramBytes: gb(tenths / 10),
          gpu: needsGpu ? "required" : "none",
          gpuMemoryBytes: gb(gpuPart / 10),
        }),
      );
    }
  }
  const topology = aTopology(nodes, instances);
  return { ...topology, observed: { ...topology.observed, previous } };
}

/** The same with every instance a little larger: by adding up, all of them are too much. */
export function overfull(args: Omit<PlantedArgs, "fill">): Topology {
  const topology = planted({ ...args, fill: 1 });
  const { scenario } = topology;
  const instances = scenario.instances.map((one) => ({ ...one, ramBytes: one.ramBytes + gb(0.1) }));
  return { ...topology, scenario: { ...scenario, instances } };
}

/** Nodes whose GPUs are given out whole, a third of them, or cut into two to four shares, of tenths: all of them fit. */
export function plantedShares(args: { seed: number; nodes: number; gpus: number }): Topology {
  const random = drawn(args.seed);
  const nodes = Array.from({ length: args.nodes }, (_, index) =>
    aNode({
      name: `n${index}`,
      ramBytes: gb(256),
      maxInstances: 4 * args.gpus,
      gpu: true,
      gpus: args.gpus,
      cpuCores: 4 * args.gpus,
    }),
  );
  const shares = nodes.flatMap(() =>
    Array.from({ length: args.gpus }, () =>
      random() < 0.34 ? [10] : pieces(10, 2 + Math.floor(random() * 3), random),
    ).flat(),
  );
  const instances = shares.map((tenths, index) =>
    anInstance({ id: `i${index}`, gpu: "required", gpus: tenths / 10, cpuCores: (4 * tenths) / 10 }),
  );
  return aTopology(nodes, instances);
}

/** Cuts a whole number into so many, none of them 0. */
function pieces(whole: number, count: number, random: () => number): number[] {
  const cuts = new Set<number>();
  while (cuts.size < count - 1) cuts.add(1 + Math.floor(random() * (whole - 1)));
  const edges = [0, ...[...cuts].sort((a, b) => a - b), whole];
  return edges.slice(1).map((edge, index) => edge - edges[index]!);
}

/** Numbers from 0 to 1 by a linear congruence: the tests' own, not the program's. */
function drawn(seed: number): () => number {
  let state = seed * 7919 + 12345;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
