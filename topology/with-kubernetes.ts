import type { Node } from "./node";
import type { Held, ObservedNode } from "./observed";
import type { Topology } from "./topology";

/** How the facts call a namespace that holds something, beside the names of stacks. */
export const namespacePrefix = "kubernetes/";

/**
 * The topology in which no node offers more than Kubernetes lets pods have of it, where somebody asked: what it keeps for itself
 * is reserved, as the operating system's part is. What pods hold stays in `observed.others`, and their GPUs get numbers.
 */
export function withKubernetes(topology: Topology): Topology {
  const { cluster, observed } = topology;
  const nodes = cluster.nodes.map((node) => lowered(node, observed.nodes[node.name]?.allocatable));
  const others = nodes.reduce((held, node) => numbered(held, node, topology), observed.others);
  return { ...topology, cluster: { ...cluster, nodes }, observed: { ...observed, others } };
}

function lowered(node: Node, allocatable: ObservedNode["allocatable"]): Node {
  if (allocatable === undefined) return node;
  const { cpuCores, ramBytes } = allocatable;
  // Over SSH a GPU is there even where no device plugin tells Kubernetes of it.
  const gpus = node.connection ? node.gpus : Math.min(node.gpus, allocatable.gpus);
  return {
    ...node,
    reservedRamBytes: Math.min(node.ramBytes, Math.max(node.reservedRamBytes, node.ramBytes - ramBytes)),
    cpuCores: Math.min(node.cpuCores ?? cpuCores, cpuCores),
    gpu: gpus > 0,
    gpus,
  };
}

/**
 * Kubernetes tells how many GPUs a pod has, not which: so they are the last ones of the node that nobody else is known to have.
 * Whoever counts devices then counts each once.
 */
function numbered(others: Held[], node: Node, { observed }: Topology): Held[] {
  const here = others.filter((held) => held.node === node.name);
  if (!here.some(isUnnumbered)) return others;
  const previous = Object.values(observed.previous).filter((placement) => placement.node === node.name);
  const taken = new Set([...here, ...previous].flatMap(({ gpuDevices = [] }) => gpuDevices));
  const free = Array.from({ length: node.gpus }, (_, device) => node.gpus - 1 - device).sort(
    (a, b) => Number(taken.has(a)) - Number(taken.has(b)),
  );
  return others.map((held) =>
    held.node === node.name && isUnnumbered(held)
      ? { ...held, gpuDevices: free.splice(0, held.gpus).sort((a, b) => a - b) }
      : held,
  );
}

function isUnnumbered({ stack, gpus = 0, gpuDevices }: Held): boolean {
  return stack.startsWith(namespacePrefix) && gpus > 0 && gpuDevices === undefined;
}
