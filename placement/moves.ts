import type { Placement } from "./plan";
import type { Survey } from "./survey";

/** Adds to each placement on another node than before where it was and why it moved, or that it stays but not on the GPU. */
export function withMoves(placements: readonly Placement[], survey: Survey): Placement[] {
  const { requests, forced, holding, stayers } = survey;
  const before = new Map(requests.map(({ instance, was }) => [instance.id, was]));
  const onGpu = new Map(requests.map(({ instance, wasOnGpu }) => [instance.id, wasOnGpu]));
  const devices = new Map(requests.map(({ instance, wasGpuDevices }) => [instance.id, wasGpuDevices]));
  const held = new Set(holding);
  // Who may stay and yet did not fit beside the others that may.
  const tooMany = requests.filter((one) => stayers.has(one.instance.id) && !held.has(one));
  const crowded = new Set(tooMany.map(({ was }) => was));
  const arrivals = placements.filter(({ stays }) => !stays);
  return placements.map((placement) => {
    const { instance, node } = placement;
    const was = before.get(instance);
    if (was === undefined) return placement;
    if (was === node) {
      const wasOnGpu = onGpu.get(instance);
      if (wasOnGpu !== undefined && wasOnGpu !== placement.onGpu) return { ...placement, wasOnGpu };
      const had = devices.get(instance);
      const has = placement.gpuDevices;
      return !had || !has || had.join() === has.join()
        ? placement
        : { ...placement, wasGpuDevices: [...had] };
    }
    return { ...placement, was, why: forced.get(instance) ?? roomText(was) };
  });

  function roomText(was: string): string {
    if (crowded.has(was)) return `${was} no longer has room for all that ran there`;
    const here = arrivals.filter(({ node }) => node === was);
    const newcomers = arrivals.filter(({ instance }) => before.get(instance) === undefined);
    const named = (here.length > 0 ? here : newcomers).map(({ instance }) => instance);
    if (named.length === 0) return `${was} no longer has room for all that ran there`;
    return `it makes room for ${named.join(", ")}`;
  }
}
