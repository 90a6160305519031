import type { Instance } from "../topology/instance";
import type { Node } from "../topology/node";
import type { Held, ObservedNode } from "../topology/observed";
import { showGb } from "../topology/units";
import { type Availability, availabilityOf } from "./availability";
import { compare } from "./compare";
import type { NodeLoad, OtherStack } from "./plan";

/** What an instance takes of a node. RAM includes the GPU memory where both are one pool. */
export interface Takes {
  ramBytes: number;
  gpuMemoryBytes: number;
}

/** A node while the plan grows on it. */
export class Load {
  readonly residents: Instance[] = [];
  /** RAM for instances while none is here. */
  readonly roomBytes: number;
  /** The same below the required headroom. The OS reserve is inside the headroom, not on top of it. */
  readonly headroomRoomBytes: number;
  /** GPU memory for instances while none is here. */
  readonly gpuRoomBytes: number;
  private readonly coTenantBytes: number;
  private readonly gpuCoTenantBytes: number;
  private readonly othersBytes: number;
  private readonly gpuOthersBytes: number;
  private placedBytes = 0;
  private gpuPlacedBytes = 0;

  /**
   * @param others what other stacks hold here
   * @param observed for what is only reported
   */
  constructor(
    readonly node: Node,
    readonly availability: Availability = availabilityOf(node, undefined, true),
    readonly others: readonly Held[] = [],
    private readonly observed: ObservedNode = {},
  ) {
    this.othersBytes = sum(others.map(({ ramBytes }) => ramBytes));
    this.gpuOthersBytes = sum(others.map(({ gpuMemoryBytes }) => gpuMemoryBytes));
    this.gpuCoTenantBytes = sum(node.coTenants.map(({ gpuMemoryBytes }) => gpuMemoryBytes));
    this.coTenantBytes =
      sum(node.coTenants.map(({ ramBytes }) => ramBytes)) + (node.unifiedMemory ? this.gpuCoTenantBytes : 0);
    this.roomBytes = Math.max(0, node.ramBytes - node.reservedRamBytes - this.coTenantBytes);
    this.headroomRoomBytes = Math.max(0, this.headroomLimitBytes - this.coTenantBytes);
    this.gpuRoomBytes = Math.max(0, node.gpuMemoryBytes - this.gpuCoTenantBytes);
  }

  /** What co-tenants and other stacks hold. */
  get foreignBytes(): number {
    return this.coTenantBytes + this.othersBytes;
  }

  get freeBytes(): number {
    return this.roomBytes - this.othersBytes - this.placedBytes;
  }

  get headroomFreeBytes(): number {
    return this.headroomRoomBytes - this.othersBytes - this.placedBytes;
  }

  get gpuFreeBytes(): number {
    return this.gpuRoomBytes - this.gpuOthersBytes - this.gpuPlacedBytes;
  }

  /** Slots in use, by whomever. */
  get occupied(): number {
    return this.others.length + this.residents.length;
  }

  /**
   * What the instance would take here: on the GPU if it must, or if it likes to and the GPU has the room.
   * @param choice for one that prefers the GPU: already decided
   */
  takesOf({ gpu, gpuMemoryBytes, ramBytes }: Instance, choice?: boolean): Takes & { onGpu: boolean } {
    const pooled = ramBytes + (this.node.unifiedMemory ? gpuMemoryBytes : 0);
    const fits =
      gpuMemoryBytes <= this.gpuFreeBytes && pooled <= Math.min(this.freeBytes, this.headroomFreeBytes);
    const onGpu =
      gpu === "required" ||
      (gpu === "preferred" && this.node.gpu && (choice ?? (fits || gpuMemoryBytes === 0)));
    return onGpu ? { ramBytes: pooled, gpuMemoryBytes, onGpu } : { ramBytes, gpuMemoryBytes: 0, onGpu };
  }

  add(instance: Instance, takes: Takes): void {
    this.residents.push(instance);
    this.placedBytes += takes.ramBytes;
    this.gpuPlacedBytes += takes.gpuMemoryBytes;
  }

  remove(instance: Instance, takes: Takes): void {
    this.residents.splice(this.residents.indexOf(instance), 1);
    this.placedBytes -= takes.ramBytes;
    this.gpuPlacedBytes -= takes.gpuMemoryBytes;
  }

  summary(): NodeLoad {
    const { node, coTenantBytes, placedBytes } = this;
    const { status, reason } = this.availability;
    const live = this.live();
    return {
      node: node.name,
      ramBytes: node.ramBytes,
      reservedBytes: node.reservedRamBytes,
      coTenantBytes,
      placedBytes,
      others: stacksOf(this.others),
      unifiedMemory: node.unifiedMemory,
      gpuMemoryBytes: node.gpuMemoryBytes,
      gpuCoTenantBytes: this.gpuCoTenantBytes,
      gpuPlacedBytes: this.gpuPlacedBytes,
      instances: this.residents.length,
      maxInstances: node.maxInstances,
      headroomLimitBytes: this.headroomLimitBytes,
      status,
      ...(reason && { statusReason: reason }),
      ...(live && { live }),
      advice: [...this.headroomAdvice(), ...(live ? liveAdvice(live) : [])],
    };
  }

  private headroomAdvice(): string[] {
    const { node, coTenantBytes, othersBytes, placedBytes } = this;
    const free = 1 - (coTenantBytes + othersBytes + placedBytes) / node.ramBytes;
    const { advise } = node.memoryHeadroom;
    return free < advise ? [`${percent(free)} of RAM stays free, ${percent(advise)} is advised`] : [];
  }

  private live(): NodeLoad["live"] {
    const { memoryAvailableBytes, heldBytes = 0 } = this.observed;
    if (memoryAvailableBytes === undefined) return undefined;
    return {
      availableBytes: memoryAvailableBytes,
      expectedBytes: Math.max(0, this.roomBytes - heldBytes),
    };
  }

  private get headroomLimitBytes(): number {
    return Math.round((1 - this.node.memoryHeadroom.require) * this.node.ramBytes);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function stacksOf(held: readonly Held[]): OtherStack[] {
  const stacks = [...new Set(held.map(({ stack }) => stack))].sort(compare);
  return stacks.map((stack) => {
    const own = held.filter((holding) => holding.stack === stack);
    return {
      stack,
      instances: own.length,
      ramBytes: sum(own.map(({ ramBytes }) => ramBytes)),
      gpuMemoryBytes: sum(own.map(({ gpuMemoryBytes }) => gpuMemoryBytes)),
    };
  });
}

/** Both numbers are of one moment, so what starts or ends later changes nothing about them. */
function liveAdvice({ availableBytes, expectedBytes }: NonNullable<NodeLoad["live"]>): string[] {
  if (availableBytes >= expectedBytes) return [];
  const [available, expected] = [showGb(availableBytes, Math.floor), showGb(expectedBytes, Math.ceil)];
  return [
    `${available} of RAM were available when it was asked, ${expected} were to be free: a co-tenant that is not in the cluster file?`,
  ];
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
