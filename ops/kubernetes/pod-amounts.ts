import type { Pod, PodContainer, Resources } from "./objects";
import { readQuantity } from "./read-quantity";

/** Cores, bytes and GPUs. */
export interface Amounts {
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly gpus: number;
}

/** What Kubernetes counts as a GPU, slices of one included. */
const gpu = "nvidia.com/gpu";

export function amountsOf(resources: Resources = {}): Amounts {
  return {
    cpuCores: readQuantity(resources.cpu),
    memoryBytes: Math.round(readQuantity(resources.memory)),
    gpus: readQuantity(resources[gpu]),
  };
}

/** In the words of the snapshot of facts. */
export function inSnapshot({ cpuCores, memoryBytes, gpus }: Amounts) {
  return { cpu_cores: cpuCores, memory_bytes: memoryBytes, gpus };
}

const nothing: Amounts = amountsOf();

export function added(...all: readonly Amounts[]): Amounts {
  return all.reduce(
    (sum, one) => ({
      // Cores are thousandths at the finest: their sum is to be one, too.
      cpuCores: Math.round((sum.cpuCores + one.cpuCores) * 1e3) / 1e3,
      memoryBytes: sum.memoryBytes + one.memoryBytes,
      gpus: sum.gpus + one.gpus,
    }),
    { cpuCores: 0, memoryBytes: 0, gpus: 0 },
  );
}

/**
 * What kube-scheduler keeps for a pod: its containers and sidecars together, or what the hungriest init container needs beside the
 * sidecars that were started before it, whichever is more; and the overhead of its runtime. What is asked for the pod as a whole
 * beats its containers. (k8s.io/component-helpers/resource: PodRequests.)
 * @param kind requests decide where it goes; limits, how much it may use
 */
export function podAmounts({ spec }: Pod, kind: "requests" | "limits" = "requests"): Amounts {
  const of = ({ resources }: Pick<PodContainer, "resources">) => amountsOf(resources?.[kind]);
  let sidecars = nothing;
  let first = nothing;
  for (const container of spec.initContainers ?? [])
    if (container.restartPolicy === "Always") {
      sidecars = added(sidecars, of(container));
      first = most(first, sidecars);
    } else first = most(first, added(sidecars, of(container)));
  const together = most(first, added(sidecars, ...spec.containers.map(of)));
  const whole = spec.resources?.[kind];
  const own = whole
    ? {
        cpuCores: whole.cpu === undefined ? together.cpuCores : readQuantity(whole.cpu),
        memoryBytes: whole.memory === undefined ? together.memoryBytes : readQuantity(whole.memory),
        gpus: together.gpus,
      }
    : together;
  return added(own, amountsOf(spec.overhead));
}

function most(one: Amounts, other: Amounts): Amounts {
  return {
    cpuCores: Math.max(one.cpuCores, other.cpuCores),
    memoryBytes: Math.max(one.memoryBytes, other.memoryBytes),
    gpus: Math.max(one.gpus, other.gpus),
  };
}
