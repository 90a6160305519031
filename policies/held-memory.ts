import type { InstanceView } from "../components/instance-view";
import type { CoTenant } from "../topology/co-tenant";
import type { Held } from "../topology/observed";
import type { NodeOfStack } from "./rule";
import type { Values } from "./values";

/** What somebody holds on a node. */
export interface Holding {
  readonly name: string;
  readonly bytes: number;
  /** Of an instance of this stack: how much of it `ram_gb` or `gpu_memory_gb` asks for. */
  readonly adjustableBytes?: number;
  /** Where that is written, if not where it is for an instance. */
  readonly field?: string;
}

/**
 * Everything in a node's RAM, added up anew from what the instances ask for. On unified memory that is GPU memory, too. Where
 * the plan gives an instance more than that, the node lets it have more: so the larger number counts.
 */
export function heldRam({ node, instances }: NodeOfStack): Holding[] {
  const pooled = (gpuBytes: number) => (node.flag("unifiedMemory") ? gpuBytes : 0);
  return [
    ...instances.map((instance) => {
      const [asked, given] = [instance.number("ramBytes"), instance.in("takes").number("ramBytes")];
      const bytes = Math.max(asked + pooled(gpuBytesOf(instance)), given);
      const name = instance.text("instance");
      if (!instance.has("ray")) return { name, bytes, adjustableBytes: asked };
      // Of a pod the file may say all that it takes.
      if (instance.has("launcher")) return { name, bytes, adjustableBytes: asked, field: "memory_gb" };
      return { name, bytes, adjustableBytes: instance.in("ray").number("heapBytes"), field: "heap_gb" };
    }),
    ...node.list("coTenants").map((tenant) => ({
      name: `co-tenant ${tenant.text("name")}`,
      bytes:
        tenant.number("ramBytes") + pooled(tenant.number("gpuMemoryBytes") * Math.max(1, wholeGpus(tenant))),
    })),
    ...heldByOthers(node, "ramBytes"),
  ];
}

/** Everything in the memory of one of a node's GPUs. Co-tenants hold as much of each, or of each that is their own. */
export function heldGpuMemory({ node, instances }: NodeOfStack, device: number): Holding[] {
  const part = (devices: readonly number[], bytes: number) =>
    devices.includes(device) ? bytes / devices.length : 0;
  return [
    ...instances.map((instance) => {
      const devices = devicesOf(instance);
      const asked = instance.text("gpu") === "required" ? instance.number("gpuMemoryBytes") : 0;
      const given = part(devices, instance.in("takes").number("gpuMemoryBytes"));
      const bytes = devices.includes(device) ? Math.max(asked, given) : 0;
      return { name: instance.text("instance"), bytes, adjustableBytes: bytes };
    }),
    ...coTenantDevices(node).map(({ tenant, devices }) => ({
      name: `co-tenant ${tenant.text("name")}`,
      bytes: devices.length === 0 || devices.includes(device) ? tenant.number("gpuMemoryBytes") : 0,
    })),
    ...node.list("heldByOthers").map((held) => ({
      name: nameOfOther(held),
      bytes: part(devicesOf(held), held.number("gpuMemoryBytes")),
    })),
  ];
}

/** Co-tenants with the whole GPUs that are their own: the first ones of the node, in the order of the list. */
export function coTenantDevices(node: NodeOfStack["node"]) {
  let next = 0;
  return node.list("coTenants").map((tenant) => ({
    tenant,
    devices: Array.from({ length: wholeGpus(tenant) }, () => next++),
  }));
}

const wholeGpus = (tenant: Values<CoTenant>): number => (tenant.has("gpus") ? tenant.number("gpus") : 0);

/** Who was given none by index is on the first. */
export function devicesOf(
  holder: Pick<Values<{ gpuDevices?: readonly number[] | undefined }>, "has" | "numbers">,
): number[] {
  return holder.has("gpuDevices") ? holder.numbers("gpuDevices") : [0];
}

export function nameOfOther(held: Values<Held>): string {
  return `${held.text("stack")}/${held.text("instance")} (another stack)`;
}

export const sum = (holdings: readonly Holding[]): number =>
  holdings.reduce((total, { bytes }) => total + bytes, 0);

/** One that only prefers the GPU takes its memory where the plan gives it the GPU. */
function gpuBytesOf(instance: Values<InstanceView>): number {
  const given = instance.in("takes").number("gpuMemoryBytes");
  return instance.text("gpu") === "required" ? Math.max(instance.number("gpuMemoryBytes"), given) : given;
}

function heldByOthers(node: NodeOfStack["node"], pool: "ramBytes"): Holding[] {
  return node.list("heldByOthers").map((held) => ({ name: nameOfOther(held), bytes: held.number(pool) }));
}
