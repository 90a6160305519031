import type { Highs } from "./solver";

export type Terms = readonly (readonly [coefficient: number, variable: number])[];

export type Answer = { kind: "infeasible" } | { kind: "unknown" } | Solution;

export interface Solution {
  kind: "solution";
  /** Whether no better one exists. */
  proven: boolean;
  values: readonly number[];
}

/**
 * How many branches a search may look at: a count, not a time, so that every machine decides the same. With it a
 * search that does not end is given up honestly.
 */
const mostBranches = 50;

/** A program of binary variables, written down as it grows and solved as text. */
export class IntegerProgram {
  private readonly rows: string[] = [];
  private readonly upperBounds: (number | "binary")[] = [];

  binary(): number {
    return this.upperBounds.push("binary") - 1;
  }

  /** From 0 to `upper`. */
  continuous(upper: number): number {
    return this.upperBounds.push(upper) - 1;
  }

  row(terms: Terms, relation: "<=" | ">=" | "=", bound: number): void {
    this.rows.push(` r${this.rows.length}: ${written(terms)} ${relation} ${bound}`);
  }

  maximize(terms: Terms, highs: Highs): Answer {
    const names = this.upperBounds.map((_, index) => `x${index}`);
    const binaries = names.filter((_, index) => this.upperBounds[index] === "binary");
    const bounds = this.upperBounds.flatMap((upper, index) =>
      upper === "binary" ? [] : [` 0 <= x${index} <= ${upper}`],
    );
    const text = [
      "Maximize",
      ` objective: ${written(terms)}`,
      "Subject To",
      ...this.rows,
      "Bounds",
      ...bounds,
      "Binary",
      ...binaries.map((name) => ` ${name}`),
      "End",
    ];
    const { Status: status, Columns: columns } = highs.solve(text.join("\n"), {
      output_flag: false,
      parallel: "off",
      random_seed: 0,
      mip_rel_gap: 0,
      mip_abs_gap: 0.01,
      mip_max_nodes: mostBranches,
    });
    if (status === "Infeasible") return { kind: "infeasible" };
    const values = names.map(
      (name) => (columns[name] as { Primal?: number } | undefined)?.Primal ?? Number.NaN,
    );
    if (values.some((value) => !Number.isFinite(value))) return { kind: "unknown" };
    return { kind: "solution", proven: status === "Optimal", values };
  }
}

/** One term a line: a line of the format is not made for thousands of them. */
function written(terms: Terms): string {
  if (terms.length === 0) return "0 x0";
  return terms
    .map(([coefficient, variable]) => `${coefficient < 0 ? "-" : "+"} ${Math.abs(coefficient)} x${variable}`)
    .join("\n  ");
}
