import type { Placement } from "./plan";
import type { Survey } from "./survey";

/** Adds to each placement on another node than before where it was and why it moved. */
export function withMoves(placements: readonly Placement[], { requests, forced }: Survey): Placement[] {
  const before = new Map(requests.map(({ instance, was }) => [instance.id, was]));
  const arrivals = placements.filter(({ stays }) => !stays);
  return placements.map((placement) => {
    const { instance, node } = placement;
    const was = before.get(instance);
    if (was === undefined || was === node) return placement;
    return { ...placement, was, why: forced.get(instance) ?? roomText(was) };
  });

  function roomText(was: string): string {
    const here = arrivals.filter(({ node }) => node === was);
    const newcomers = arrivals.filter(({ instance }) => before.get(instance) === undefined);
    const named = (here.length > 0 ? here : newcomers).map(({ instance }) => instance);
    if (named.length === 0) return `${was} no longer has room for all that ran there`;
    return `it makes room for ${named.join(", ")}`;
  }
}
