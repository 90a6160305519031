import type { Node } from "./node";

/** What co-tenants hold of a node's GPUs: of each by those who share, and in all by those who have whole ones. */
export interface CoTenantGpus {
  bytesOnEach: number;
  ownBytes: number;
  /** By index, and what each holds of its memory. Nobody else gets them. */
  owned: readonly { device: number; bytes: number }[];
}

/** Who has whole GPUs has the first ones: programs go there that nobody told otherwise. */
export function coTenantGpus({ coTenants }: Pick<Node, "coTenants">): CoTenantGpus {
  const owned = coTenants
    .flatMap(({ gpus = 0, gpuMemoryBytes }) => Array.from({ length: gpus }, () => gpuMemoryBytes))
    .map((bytes, device) => ({ device, bytes }));
  const shared = coTenants.filter(({ gpus = 0 }) => gpus === 0);
  return {
    bytesOnEach: shared.reduce((sum, { gpuMemoryBytes }) => sum + gpuMemoryBytes, 0),
    ownBytes: owned.reduce((sum, { bytes }) => sum + bytes, 0),
    owned,
  };
}
