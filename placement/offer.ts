import type { Instance } from "../topology/instance";
import type { Load, Takes } from "./load";

/** An instance in search of a node. */
export interface Request {
  instance: Instance;
  /** The node that the scenario's `placement:` names. */
  pinnedTo: string | undefined;
  /** Ids it must not meet, named by itself or by them. */
  conflicts: ReadonlySet<string>;
  affinity: ReadonlySet<string>;
}

/** One node for one instance: what filters and scores judge. */
export interface Offer {
  request: Request;
  load: Load;
  takes: Takes & { onGpu: boolean };
}
