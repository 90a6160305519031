import type { Highs } from "highs";

export type { Highs };

let loaded: Promise<Highs> | undefined;

/** The solver, loaded once and only by those plans that need it: most do not, and it takes longer than they do. */
export function solver(): Promise<Highs> {
  const load: (options: object) => Promise<Highs> = require("highs");
  loaded ??= load({ print: () => {}, printErr: () => {} });
  return loaded;
}
