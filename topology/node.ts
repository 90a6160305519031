import type { z } from "zod";
import { type CoTenant, coTenantSchema, toCoTenant } from "./co-tenant";
import { type Connection, checkReach, connectionFields, reachSchema, toSsh } from "./connection";
import {
  choice,
  dictionary,
  flag,
  kubernetesName,
  line,
  list,
  mostGpus,
  name,
  scalarText,
  section,
  size,
  sizeOrZero,
  wholeNumber,
} from "./fields";
import {
  type MemoryHeadroom,
  memoryHeadroomSchema,
  toFloor,
  toHeadroom,
  type WrittenHeadroom,
} from "./memory-headroom";

const nodeTypes = ["jetson_orin", "raspberry_pi", "host", "gb10", "generic"] as const;
const statuses = ["healthy", "degraded", "maintenance", "unavailable"] as const;
const upperCased = ["HEALTHY", "DEGRADED", "MAINTENANCE", "UNAVAILABLE"] as const;

export type NodeType = (typeof nodeTypes)[number];
export type NodeStatus = (typeof upperCased)[number];

const sharings = ["time-slicing", "mig", "mps"] as const;

/** How Kubernetes makes more GPUs of those that are in the machine. */
export interface GpuSharing {
  /** Cards in the machine. */
  physical: number;
  by: (typeof sharings)[number];
}

export interface Node {
  name: string;
  type: NodeType;
  /** Undefined: not declared, so not checked against the machine. */
  arch: "arm64" | "amd64" | undefined;
  labels: Record<string, string>;
  status: NodeStatus;
  ramBytes: number;
  reservedRamBytes: number;
  /** One pool for CPU and GPU: GPU memory is taken from RAM. */
  unifiedMemory: boolean;
  gpu: boolean;
  /** 0 without a GPU. As Kubernetes counts them where the node is one of its: slices, too. */
  gpus: number;
  /** Undefined: each of `gpus` is a whole card. */
  gpuSharing?: GpuSharing;
  /** Of all of them. Undefined: not declared, so no instance that asks for a model goes there. */
  gpuModel?: string;
  /** Of each GPU. */
  gpuMemoryBytes: number;
  cpuCores?: number;
  diskBytes?: number;
  maxInstances: number;
  coTenants: CoTenant[];
  memoryHeadroom: MemoryHeadroom;
  /** Share of the real RAM: when less is available, instances there give way, one at a time. */
  memoryFloor: number;
  /** Undefined: SSH does not come there, only Kubernetes does. */
  connection?: Connection;
  /** There with `connection`. */
  remoteWorkDir?: string;
  /** What Kubernetes calls it. Undefined: it is none of its nodes. */
  kubernetesNode?: string;
}

/** What a type says about its machines; every field can be written in the file instead. */
const typeDefaults: Record<NodeType, { unifiedMemory: boolean; arch?: Node["arch"] }> = {
  jetson_orin: { unifiedMemory: true, arch: "arm64" },
  gb10: { unifiedMemory: true, arch: "arm64" },
  raspberry_pi: { unifiedMemory: false, arch: "arm64" },
  host: { unifiedMemory: false },
  generic: { unifiedMemory: false },
};

const reservedShare = 1 / 8;

export const nodeSchema = section("a map that describes a node", {
  name: name.meta({ description: "What scenarios, plans and messages call it", example: "jetson" }),
  ...connectionFields,
  kubernetes_node: kubernetesName.optional().meta({
    description:
      "What it is called in the Kubernetes cluster of `kubernetes`. A node may be reached over SSH, too: both then share its RAM",
    absent: "it is no node of Kubernetes",
    example: "hw-brain-01",
  }),
  type: choice(nodeTypes).default("generic").meta({
    description: "The kind of machine; it sets the default of `arch` and `unified_memory`",
    example: "jetson_orin",
  }),
  arch: choice(["arm64", "amd64"]).optional().meta({
    description: "Its processors; checked against the real machine",
    absent: "`arm64` for jetson_orin, gb10 and raspberry_pi, else not checked",
    example: "amd64",
  }),
  labels: dictionary("a map of label to text", name, scalarText)
    .prefault({})
    .meta({ description: "Free notes about it; they decide nothing", example: { zone: "attic" } }),
  status: choice([...statuses, ...upperCased], statuses)
    .default("healthy")
    .transform((status) => status.toUpperCase() as NodeStatus)
    .meta({
      description:
        "healthy takes work; degraded keeps what it has; maintenance and unavailable give it up and take nothing",
      example: "maintenance",
    }),
  ram_gb: size.meta({
    description: "RAM it has; checked against the real machine with 3 % tolerance",
    example: 64,
  }),
  reserved_ram_gb: sizeOrZero.optional().meta({
    description: "RAM kept for the operating system; less than `ram_gb`",
    absent: "an eighth of `ram_gb`",
    example: 8,
  }),
  unified_memory: flag.optional().meta({
    description: "Whether the GPU's memory is part of the RAM",
    absent: "`true` for jetson_orin and gb10, else `false`",
    example: true,
  }),
  gpu: flag.optional().meta({
    description: "Whether it has a GPU",
    absent: "`true` with `gpus`, else `false`",
    example: true,
  }),
  gpus: wholeNumber(1, mostGpus).optional().meta({
    description: "How many GPUs it has, all alike; as Kubernetes counts them, slices too",
    absent: "`1` with `gpu: true`",
    example: 4,
  }),
  gpu_sharing: section("a map with physical and by", {
    physical: wholeNumber(1, mostGpus).meta({ description: "Cards in the machine", example: 4 }),
    by: choice(sharings).meta({
      description:
        "time-slicing: pods take turns on a card, and none is kept from the others' memory; mps: they compute at once, each with a limit of memory that the " +
        "driver holds; mig: a part of the card each, memory and processors apart",
      example: "time-slicing",
    }),
  })
    .optional()
    .meta({
      description: "How Kubernetes' device plugin makes `gpus` of the cards that are in the machine",
      absent: "each of `gpus` is a whole card",
    }),
  gpu_model: line("text on one line").optional().meta({
    description: "The model of its GPUs, for instances that ask for one",
    absent: "no instance that asks for a model goes there",
    example: "A100",
  }),
  gpu_memory_gb: sizeOrZero.optional().meta({
    description: "Memory the GPU has, or may take of unified memory; with several GPUs: each of them",
    absent: "`ram_gb` on unified memory with a GPU, else `0`",
    example: 24,
  }),
  cpu_cores: wholeNumber(1).optional().meta({
    description: "Cores it has; checked against the real machine, and the most that instances get together",
    absent: "not checked, and no limit to what instances get",
    example: 12,
  }),
  disk_gb: size.optional().meta({
    description: "Size of the disk that `remote_work_dir` is on; checked against the real machine",
    absent: "not checked",
    example: 100,
  }),
  max_instances: wholeNumber(1).meta({ description: "Instances it takes at one time", example: 4 }),
  co_tenants: list("a list of co-tenants", coTenantSchema)
    .prefault([])
    .meta({ description: "What else lives on the machine and holds memory there" }),
  memory_headroom: memoryHeadroomSchema.default({}).meta({ description: "RAM to leave free on this node" }),
})
  .check(checkReach)
  .meta({ allowed: "a map that describes a node", ...reachSchema });

export type WrittenNode = z.output<typeof nodeSchema>;

/** The node with every default filled in. @param cluster the cluster's headroom, for what the node leaves out */
export function toNode(written: WrittenNode, cluster: WrittenHeadroom): Node {
  const headroom = toHeadroom(cluster);
  const unifiedMemory = isUnified(written);
  const gpu = hasGpu(written);
  return {
    name: written.name,
    type: written.type,
    arch: archOf(written),
    labels: written.labels,
    status: written.status,
    ramBytes: written.ram_gb,
    reservedRamBytes: written.reserved_ram_gb ?? Math.round(written.ram_gb * reservedShare),
    unifiedMemory,
    gpu,
    gpus: gpu ? (written.gpus ?? 1) : 0,
    ...(written.gpu_sharing && { gpuSharing: written.gpu_sharing }),
    ...(written.gpu_model && { gpuModel: written.gpu_model }),
    gpuMemoryBytes: written.gpu_memory_gb ?? (gpu && unifiedMemory ? written.ram_gb : 0),
    ...(written.cpu_cores && { cpuCores: written.cpu_cores }),
    ...(written.disk_gb && { diskBytes: written.disk_gb }),
    maxInstances: written.max_instances,
    coTenants: written.co_tenants.map(toCoTenant),
    memoryHeadroom: toHeadroom(written.memory_headroom, headroom),
    memoryFloor: toFloor(written.memory_headroom, cluster),
    ...toSsh(written),
    ...(written.kubernetes_node && { kubernetesNode: written.kubernetes_node }),
  };
}

export function hasGpu({ gpu, gpus }: WrittenNode): boolean {
  return gpu ?? gpus !== undefined;
}

export function archOf(written: WrittenNode): Node["arch"] {
  return written.arch ?? typeDefaults[written.type].arch;
}

export function isUnified(written: WrittenNode): boolean {
  return written.unified_memory ?? typeDefaults[written.type].unifiedMemory;
}
