import type { Node, NodeStatus } from "../topology/node";
import type { ObservedNode } from "../topology/observed";

/** What a node may be asked for. */
export interface Availability {
  status: NodeStatus | "GONE";
  /** Why, where the facts say so. */
  reason?: string;
  /** Whether what ran here before may stay. */
  keeps: boolean;
}

const outOfService: readonly NodeStatus[] = ["MAINTENANCE", "UNAVAILABLE"];

/** A node that was given up is gone. What the cluster file takes out of service is out; else the facts speak, but a node the file calls degraded never gets better. */
export function availabilityOf(
  node: Node,
  observed: ObservedNode | undefined,
  failover: boolean,
): Availability {
  if (observed?.gone) return { status: "GONE", keeps: false };
  const speak = observed?.status && !outOfService.includes(node.status) && observed.status !== "HEALTHY";
  const status = speak ? observed.status! : node.status;
  return {
    status,
    ...(speak && observed.reason && { reason: observed.reason }),
    keeps: status === "HEALTHY" || status === "DEGRADED" || (status === "UNAVAILABLE" && !failover),
  };
}
