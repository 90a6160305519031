import { z } from "zod";
import { type Connection, connectionFields, toConnection } from "./connection";
import { choice, flag, fraction, name, scalarText, section, size, sizeOrZero, wholeNumber } from "./fields";

const nodeTypes = ["jetson_orin", "raspberry_pi", "host", "gb10", "generic"] as const;
const statuses = ["healthy", "degraded", "maintenance", "unavailable"] as const;
const upperCased = ["HEALTHY", "DEGRADED", "MAINTENANCE", "UNAVAILABLE"] as const;

export type NodeType = (typeof nodeTypes)[number];
export type NodeStatus = (typeof upperCased)[number];

/** Something else that lives on the node and holds memory there. */
export interface CoTenant {
  name: string;
  ramBytes: number;
  gpuMemoryBytes: number;
}

/** Shares of RAM to leave free: less than `require` is refused, less than `advise` is only reported. */
export interface MemoryHeadroom {
  require: number;
  advise: number;
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
  gpuMemoryBytes: number;
  cpuCores?: number;
  diskBytes?: number;
  maxInstances: number;
  coTenants: CoTenant[];
  memoryHeadroom: MemoryHeadroom;
  connection: Connection;
  remoteWorkDir: string;
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

/** Both halves may be left out: a node then takes them from its cluster, the cluster from the defaults. */
export const memoryHeadroomSchema = section("a map with require and advise", {
  require: fraction(0.9).optional().describe("share of RAM that must stay free, default 0.15"),
  advise: fraction(0.9).optional().describe("share of RAM that should stay free, default 0.2"),
});

export const nodeSchema = section("a map that describes a node", {
  name,
  ...connectionFields,
  type: choice(nodeTypes).default("generic"),
  arch: choice(["arm64", "amd64"]).optional().describe("default by type"),
  labels: z.record(name, scalarText, "a map of label to text").default({}),
  status: choice([...statuses, ...upperCased], statuses)
    .default("healthy")
    .transform((status) => status.toUpperCase() as NodeStatus),
  ram_gb: size,
  reserved_ram_gb: sizeOrZero
    .optional()
    .describe("kept for the operating system, default an eighth of ram_gb"),
  unified_memory: flag.optional().describe("default by type"),
  gpu: flag.default(false),
  gpu_memory_gb: sizeOrZero.optional().describe("default ram_gb on unified memory with a GPU, else 0"),
  cpu_cores: wholeNumber(1).optional(),
  disk_gb: size.optional(),
  max_instances: wholeNumber(1),
  co_tenants: z
    .array(
      section("a map with name and ram_gb", {
        name,
        ram_gb: sizeOrZero.default(0),
        gpu_memory_gb: sizeOrZero.default(0),
      }),
      "a list of co-tenants",
    )
    .default([]),
  memory_headroom: memoryHeadroomSchema.default({}),
});

export type WrittenNode = z.output<typeof nodeSchema>;

/** The node with every default filled in. @param headroom the cluster's, for what the node leaves out */
export function toNode(written: WrittenNode, headroom: MemoryHeadroom): Node {
  const unifiedMemory = isUnified(written);
  return {
    name: written.name,
    type: written.type,
    arch: written.arch ?? typeDefaults[written.type].arch,
    labels: written.labels,
    status: written.status,
    ramBytes: written.ram_gb,
    reservedRamBytes: written.reserved_ram_gb ?? Math.round(written.ram_gb * reservedShare),
    unifiedMemory,
    gpu: written.gpu,
    gpuMemoryBytes: written.gpu_memory_gb ?? (written.gpu && unifiedMemory ? written.ram_gb : 0),
    ...(written.cpu_cores && { cpuCores: written.cpu_cores }),
    ...(written.disk_gb && { diskBytes: written.disk_gb }),
    maxInstances: written.max_instances,
    coTenants: written.co_tenants.map((tenant) => ({
      name: tenant.name,
      ramBytes: tenant.ram_gb,
      gpuMemoryBytes: tenant.gpu_memory_gb,
    })),
    memoryHeadroom: toHeadroom(written.memory_headroom, headroom),
    connection: toConnection(written),
    remoteWorkDir: written.remote_work_dir,
  };
}

export function isUnified(written: WrittenNode): boolean {
  return written.unified_memory ?? typeDefaults[written.type].unifiedMemory;
}

export function toHeadroom(
  written: z.output<typeof memoryHeadroomSchema>,
  fallback: MemoryHeadroom = { require: 0.15, advise: 0.2 },
): MemoryHeadroom {
  return { require: written.require ?? fallback.require, advise: written.advise ?? fallback.advise };
}
