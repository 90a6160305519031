import type { Placement } from "../placement/plan";

/** What the plan gives an instance, in the words of the node's ledger; what it says nothing of is not there. */
export function holding({ takes, gpuDevices }: Placement) {
  const { ramBytes, gpuMemoryBytes, cpuCores, gpus, slots } = takes;
  return {
    memory_bytes: ramBytes,
    gpu_memory_bytes: gpuMemoryBytes,
    ...(cpuCores && { cpu_cores: cpuCores }),
    ...(gpus && { gpus }),
    ...(gpuDevices && { devices: gpuDevices }),
    ...(slots === 0 && { slots }),
  };
}
