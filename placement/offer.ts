import type { Load, Takes } from "./load";
import type { Request } from "./requests";

/** One node for one instance: what filters and scores judge. */
export interface Offer {
  request: Request;
  load: Load;
  takes: Takes;
}
