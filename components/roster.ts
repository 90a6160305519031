import type { local } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../placement/plan";
import { holding } from "./holding";
import type { Node } from "./node";
import { remoteCommand } from "./remote-command";

/** Where an instance that takes part in the conversation listens. */
export interface Peer {
  readonly node: string;
  readonly host: string;
  readonly port: number;
}

/**
 * Tells a node what the plan gives it. Before anything starts, the node ends what has no place there any more or is about to
 * change, so that there is room; it takes such an instance back when an edit is taken back. Peers find each other in its list.
 * @param longestCheckpoint seconds that an instance may take to write what it goes on from
 * @param prepared what must be done on every node before one instance is ended anywhere
 */
export function roster(
  node: Node,
  placements: readonly Placement[],
  peers: Readonly<Record<string, Peer>>,
  prepared: pulumi.Resource[],
  longestCheckpoint = 0,
): local.Command {
  const keep = Object.fromEntries(
    placements.map((placement) => [placement.instance, { ...holding(placement), port: placement.port }]),
  );
  const deadlineSeconds = 120 + longestCheckpoint;
  return remoteCommand(
    `${node.name}-roster`,
    {
      place: node.place,
      reach: node.reach,
      ensure: "roster",
      deadlineSeconds,
      request: node.target.apply((target) => ({ ...target, keep, peers })),
    },
    { parent: node, dependsOn: prepared },
  );
}
