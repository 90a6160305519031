import type { StackState } from "../stack/state";
import { monotonic } from "./monotonic";
import type { WatchedNode } from "./watched-node";

/**
 * Why what ran on a lost node may run on there: undefined when it does not, nothing but waiting helps when the text is empty.
 * @param isGone whether it is given up
 */
export function stillHeld(
  { name, lease, isLeased, leaseRefused, leaseless }: WatchedNode,
  isGone: boolean,
  stack: string,
  state: StackState,
): string | undefined {
  const graces = state.started
    .filter((one) => one.node === name)
    .map(({ instance }) => instance.stop_grace_s);
  if (monotonic() < lease.endedAt(Math.max(0, ...graces.map((seconds) => seconds ?? 10)))) return "";
  if (lease.seconds === 0 || isGone) return undefined;
  const byHand = `if it is gone for good:  ./berth gone ${name} ${stack}`;
  if (!isLeased)
    return `${name} is lost, but has no lease that would have ended what runs there${leaseRefused && ` (${leaseRefused})`}; ${byHand}`;
  if (leaseless.length > 0)
    return `${name} is lost, but ${leaseless.join(", ")} was started by an earlier version and keeps to no lease; ${byHand}`;
  return undefined;
}
