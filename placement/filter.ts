import type { Offer } from "./offer";
import type { Rejection } from "./plan";
import type { Token } from "./token";

/** A hard constraint. Undefined means that the node fits. */
export interface Filter {
  token: Token;
  refuse(offer: Offer): Pick<Rejection, "kind" | "need" | "have" | "text"> | undefined;
}
