import type { Placement } from "./plan";
import type { Request } from "./requests";

/** Adds to each placement on another node than before where it was and why it moved. */
export function withMoves(
  placements: readonly Placement[],
  requests: readonly Request[],
  forced: ReadonlyMap<string, string>,
): Placement[] {
  const before = new Map(requests.map(({ instance, was }) => [instance.id, was]));
  const newcomers = placements.filter(({ instance, node }) => before.get(instance) !== node);
  return placements.map((placement) => {
    const { instance, node } = placement;
    const was = before.get(instance);
    if (was === undefined || was === node) return placement;
    return { ...placement, was, why: forced.get(instance) ?? roomText(was) };
  });

  function roomText(was: string): string {
    const here = newcomers.filter(({ node }) => node === was).map(({ instance }) => instance);
    const added = newcomers.filter(({ instance }) => before.get(instance) === undefined);
    const named = here.length > 0 ? here : added.map(({ instance }) => instance);
    return named.length > 0
      ? `makes room for ${named.join(", ")}`
      : `${was} no longer has room for all that ran there`;
  }
}
