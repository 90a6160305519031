import { noObservations, type Observed } from "../topology/observed";

/**
 * What was there before this run, read once before anything is decided. Everything in it is optional and nothing of it is
 * known yet: each run decides anew. The way previous placements, other stacks' and the nodes' facts enter the decision.
 */
export async function observe(): Promise<Observed> {
  return noObservations;
}
