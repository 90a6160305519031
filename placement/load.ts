import { type CoTenantGpus, coTenantGpus } from "../topology/co-tenant-gpus";
import type { Instance } from "../topology/instance";
import type { Node } from "../topology/node";
import type { Held, ObservedNode } from "../topology/observed";
import { showGb } from "../topology/units";
import { type Availability, availabilityOf } from "./availability";
import { compare } from "./compare";
import { costsNoGpu, Devices, type GpuAsk, gpuAskOf, whole } from "./devices";
import type { NodeLoad, OtherStack } from "./plan";

/** What an instance takes of a node. RAM includes the GPU memory where both are one pool. */
export interface Takes {
  ramBytes: number;
  /** Of all its GPUs together. */
  gpuMemoryBytes: number;
  cpuMilli: number;
  slots: 0 | 1;
  onGpu: boolean;
  /** Only on the GPU. */
  ask?: GpuAsk;
  /** Only on the GPU, where there is room. */
  devices?: readonly number[];
}

/** A node while the plan grows on it. */
export class Load {
  readonly residents: Instance[] = [];
  /** RAM for instances while none is here. */
  readonly roomBytes: number;
  /** The same below the required headroom. The OS reserve is inside the headroom, not on top of it. */
  readonly headroomRoomBytes: number;
  /** Memory of each GPU for instances while none is here. */
  readonly deviceRoomBytes: number;
  /** GPUs for instances while none is here: those that no co-tenant has for itself. */
  readonly deviceRoom: number;
  /** Without limit where the node declares no cores. */
  readonly cpuRoomMilli: number;
  readonly devices: Devices;
  private readonly coTenantBytes: number;
  private readonly gpuTenants: CoTenantGpus;
  private readonly othersBytes: number;
  private readonly cpuOthersMilli: number;
  private readonly slotsOfOthers: number;
  private slotsPlaced = 0;
  private placedBytes = 0;
  private gpuPlacedBytes = 0;
  private cpuPlacedMilli = 0;

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
    this.cpuOthersMilli = sum(others.map(({ cpuCores = 0 }) => Math.round(cpuCores * whole)));
    this.slotsOfOthers = sum(others.map(({ slots = 1 }) => slots));
    this.gpuTenants = coTenantGpus(node);
    const { bytesOnEach, ownBytes, owned } = this.gpuTenants;
    this.coTenantBytes =
      sum(node.coTenants.map(({ ramBytes }) => ramBytes)) + (node.unifiedMemory ? bytesOnEach + ownBytes : 0);
    this.roomBytes = Math.max(0, node.ramBytes - node.reservedRamBytes - this.coTenantBytes);
    this.headroomRoomBytes = Math.max(0, this.headroomLimitBytes - this.coTenantBytes);
    this.cpuRoomMilli = node.cpuCores === undefined ? Number.POSITIVE_INFINITY : node.cpuCores * whole;
    this.deviceRoomBytes = Math.max(0, node.gpuMemoryBytes - bytesOnEach);
    this.devices = new Devices(node.gpus, this.deviceRoomBytes);
    for (const { device, bytes } of owned) this.devices.take([device], { milli: whole, bytes });
    this.deviceRoom = Math.max(0, node.gpus - owned.length);
    for (const held of others) this.devices.take(...foreignAsk(held, node.gpus));
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

  get cpuFreeMilli(): number {
    return this.cpuRoomMilli - this.cpuOthersMilli - this.cpuPlacedMilli;
  }

  /** Slots in use, by whomever. */
  get occupied(): number {
    return this.slotsOfOthers + this.slotsPlaced;
  }

  /**
   * What the instance would take here: on the GPU if it must, or if it likes to and the GPU has the room.
   * @param choice for one that prefers the GPU: already decided
   * @param wanted devices it gets if they have the room
   */
  takesOf(instance: Instance, choice?: boolean, wanted?: readonly number[]): Takes {
    const { gpu, gpuMemoryBytes, ramBytes, slots } = instance;
    const cpuMilli = instance.cpuCores === 0 ? 0 : Math.round(instance.cpuCores * whole);
    const pooled = ramBytes + (this.node.unifiedMemory ? gpuMemoryBytes * gpuAskOf(instance).devices : 0);
    if (gpu !== "none" && (gpu === "required" || (this.node.gpu && choice !== false))) {
      const ask = gpuAskOf(instance);
      const devices = this.devices.fit(ask, wanted);
      const fits = () => costsNoGpu(instance) || pooled <= Math.min(this.freeBytes, this.headroomFreeBytes);
      if (gpu === "required" || choice || (devices && this.isRightModel(instance) && fits()))
        return {
          ramBytes: pooled,
          gpuMemoryBytes: gpuMemoryBytes * ask.devices,
          cpuMilli,
          slots,
          onGpu: true,
          ask,
          ...(devices && { devices }),
        };
    }
    return { ramBytes, gpuMemoryBytes: 0, cpuMilli, slots, onGpu: false };
  }

  isRightModel({ gpuModel }: Instance): boolean {
    return gpuModel === undefined || gpuModel === this.node.gpuModel;
  }

  add(instance: Instance, { ramBytes, gpuMemoryBytes, cpuMilli, slots, ask, devices }: Takes): void {
    this.residents.push(instance);
    this.placedBytes += ramBytes;
    this.gpuPlacedBytes += gpuMemoryBytes;
    this.cpuPlacedMilli += cpuMilli;
    this.slotsPlaced += slots;
    if (ask && devices) this.devices.take(devices, ask);
  }

  summary(): NodeLoad {
    const { node, coTenantBytes, placedBytes } = this;
    const { status, reason } = this.availability;
    const live = this.live();
    const cpuHeld = this.cpuOthersMilli + this.cpuPlacedMilli;
    const instances = this.residents.length;
    return {
      node: node.name,
      ramBytes: node.ramBytes,
      reservedBytes: node.reservedRamBytes,
      coTenantBytes,
      placedBytes,
      others: stacksOf(this.others),
      unifiedMemory: node.unifiedMemory,
      gpuMemoryBytes: node.gpuMemoryBytes * Math.max(1, node.gpus),
      gpuCoTenantBytes:
        this.gpuTenants.bytesOnEach * Math.max(1, node.gpus) + (node.gpus > 0 ? this.gpuTenants.ownBytes : 0),
      gpuPlacedBytes: this.gpuPlacedBytes,
      ...(node.gpus > 1 && { gpus: node.gpus }),
      ...(node.cpuCores !== undefined &&
        cpuHeld > 0 && { cpu: { cores: node.cpuCores, held: cpuHeld / whole } }),
      instances,
      maxInstances: node.maxInstances,
      ...(this.occupied < instances + this.others.length && { slots: this.occupied }),
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

/** What another stack holds of the devices; what is not known of that lies on the first. */
function foreignAsk(held: Held, count: number): [number[], Pick<GpuAsk, "milli" | "bytes">] {
  const { gpuMemoryBytes, gpus = 0, gpuDevices } = held;
  const known = (gpuDevices ?? []).filter((device) => device < count);
  const first = count > 0 && (gpus > 0 || gpuMemoryBytes > 0) ? [0] : [];
  const devices = known.length > 0 ? known : first;
  const { milli } = gpuAskOf({ gpus, gpuMemoryBytes });
  return [devices, { milli, bytes: gpuMemoryBytes / Math.max(1, devices.length) }];
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
