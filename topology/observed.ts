/** What is already so out there when the program starts. */
export interface Observed {
  /** Instance id to the node it runs on. */
  placements: Record<string, string>;
}

/** A first run: nothing is known. */
export const noObservations: Observed = { placements: {} };
