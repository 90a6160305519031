import { whole } from "./devices";

/** `1 core`, `2.5 cores`. @param milli thousandths of one */
export function cores(milli: number): string {
  return `${milli / whole} ${milli === whole ? "core" : "cores"}`;
}

/** Whole ones: `1 GPU`, `4 GPUs`. */
export function gpus(count: number): string {
  return `${count} ${count === 1 ? "GPU" : "GPUs"}`;
}

/** `0.25 of a GPU`; who says nothing of its share takes `a part of a GPU`. */
export function ofOneGpu(milli: number): string {
  if (milli === 1) return "a part of a GPU";
  return milli <= 0 ? "nothing" : `${milli / whole} of a GPU`;
}

/** Devices by index: `GPU 0`, `GPUs 1 and 2`, `GPUs 0 to 7`. */
export function deviceNames(devices: readonly number[]): string {
  const [first, last] = [devices[0]!, devices.at(-1)!];
  if (devices.length === 1) return `GPU ${first}`;
  if (devices.length === 2) return `GPUs ${first} and ${last}`;
  if (last - first === devices.length - 1) return `GPUs ${first} to ${last}`;
  return `GPUs ${devices.slice(0, -1).join(", ")} and ${last}`;
}
