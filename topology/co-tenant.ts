import type { z } from "zod";
import { mostGpus, name, namespaceName, section, sizeOrZero, wholeNumber } from "./fields";

/** Something else that lives on the node and holds memory there. */
export interface CoTenant {
  name: string;
  ramBytes: number;
  /** On each GPU of the node; with `gpus`, on each of those. */
  gpuMemoryBytes: number;
  /** Whole GPUs that are its own, the first ones. Undefined: none, it shares them as far as memory goes. */
  gpus?: number;
  /** Its pods are there: whoever asks Kubernetes must not count them twice. */
  namespace?: string;
}

export const coTenantSchema = section("a map with name and ram_gb", {
  name: name.meta({ description: "What plans call it", example: "database" }),
  ram_gb: sizeOrZero.prefault(0).meta({ description: "RAM it holds", example: 6 }),
  gpu_memory_gb: sizeOrZero.prefault(0).meta({
    description: "GPU memory it holds; with several GPUs: of each, or of each of its own `gpus`",
    example: 2,
  }),
  gpus: wholeNumber(0, mostGpus).default(0).meta({
    description: "Whole GPUs that nobody else gets; with `0` it shares them as far as memory goes",
    example: 1,
  }),
  namespace: namespaceName.optional().meta({
    description: "Kubernetes' namespace that its pods are in: what they ask for is not counted beside this",
    absent: "pods that are found on the node count by themselves",
    example: "inference",
  }),
});

export function toCoTenant(written: z.output<typeof coTenantSchema>): CoTenant {
  return {
    name: written.name,
    ramBytes: written.ram_gb,
    gpuMemoryBytes: written.gpu_memory_gb,
    ...(written.gpus > 0 && { gpus: written.gpus }),
    ...(written.namespace && { namespace: written.namespace }),
  };
}
