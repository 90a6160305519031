import type { Instance } from "../topology/instance";

/** Thousandths of one GPU, or of one core: whole numbers, which add up exactly. */
export const whole = 1000;

/** What an instance asks of GPUs: so many devices, and of each so many thousandths and bytes of its memory. */
export interface GpuAsk {
  devices: number;
  milli: number;
  bytes: number;
}

/**
 * Who says nothing of `gpus` shares a device with anybody but those who have it whole: it counts as a thousandth, so that
 * a sum tells them apart.
 */
export function gpuAskOf({ gpus, gpuMemoryBytes }: Pick<Instance, "gpus" | "gpuMemoryBytes">): GpuAsk {
  if (gpus >= 1) return { devices: gpus, milli: whole, bytes: gpuMemoryBytes };
  return { devices: 1, milli: Math.max(1, Math.round(gpus * whole)), bytes: gpuMemoryBytes };
}

/** Whether it takes nothing of a GPU that anybody else would miss. */
export function costsNoGpu({ gpus, gpuMemoryBytes }: Instance): boolean {
  return gpus === 0 && gpuMemoryBytes === 0;
}

/** The GPUs of one node and what each still has: the one place where a device is given out. */
export class Devices {
  readonly milli: number[];
  readonly bytes: number[];

  /** @param bytes of memory, of each */
  constructor(
    readonly count: number,
    bytes: number,
  ) {
    this.milli = Array.from({ length: count }, () => whole);
    this.bytes = Array.from({ length: count }, () => bytes);
  }

  /**
   * The devices an instance would get: those with the least left of the share, then of the memory, then the first.
   * Undefined: no room.
   * @param wanted taken if they have the room
   */
  fit(ask: GpuAsk, wanted?: readonly number[]): readonly number[] | undefined {
    if (wanted?.length === ask.devices && wanted.every((device) => this.has(device, ask))) return wanted;
    if (this.count === 1) return ask.devices === 1 && this.has(0, ask) ? only : undefined;
    const able: number[] = [];
    for (let device = 0; device < this.count; device++) if (this.has(device, ask)) able.push(device);
    if (able.length < ask.devices) return undefined;
    const order = (a: number, b: number) =>
      this.milli[a]! - this.milli[b]! || this.bytes[a]! - this.bytes[b]! || a - b;
    return able.sort(order).slice(0, ask.devices).sort(byIndex);
  }

  take(devices: readonly number[], { milli, bytes }: Pick<GpuAsk, "milli" | "bytes">): void {
    for (const device of devices) {
      this.milli[device]! -= milli;
      this.bytes[device]! -= bytes;
    }
  }

  giveBack(devices: readonly number[], { milli, bytes }: Pick<GpuAsk, "milli" | "bytes">): void {
    this.take(devices, { milli: -milli, bytes: -bytes });
  }

  /** How many with the same ask there is room for. */
  roomFor({ devices, milli, bytes }: GpuAsk): number {
    let most = 0;
    for (let device = 0; device < this.count; device++) {
      const shares = Math.floor(Math.max(0, this.milli[device]!) / milli);
      const memories = bytes > 0 ? Math.floor(Math.max(0, this.bytes[device]!) / bytes) : shares;
      most += Math.min(shares, memories);
    }
    return Math.floor(most / devices);
  }

  copy(): Devices {
    const copy = new Devices(this.count, 0);
    for (let device = 0; device < this.count; device++) {
      copy.milli[device] = this.milli[device]!;
      copy.bytes[device] = this.bytes[device]!;
    }
    return copy;
  }

  private has(device: number, { milli, bytes }: GpuAsk): boolean {
    // What others hold beyond the memory is nothing to those who ask for none of it.
    return milli <= this.milli[device]! && bytes <= Math.max(0, this.bytes[device]!);
  }
}

const only: readonly number[] = [0];

const byIndex = (a: number, b: number) => a - b;
