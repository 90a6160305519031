import type { ModelData } from "highs";
import type { Highs } from "./solver";

export type Terms = readonly (readonly [coefficient: number, variable: number])[];

export type Answer = { kind: "infeasible" } | { kind: "unknown"; bound: number } | Solution;

export interface Solution {
  kind: "solution";
  /** Whether no better one exists. */
  proven: boolean;
  values: readonly number[];
  value: number;
  /** No solution has a higher value. */
  bound: number;
}

export interface Effort {
  /** A solution that is known, to begin with. */
  start?: readonly number[] | undefined;
  /** Fractions are allowed: what has no such solution has none at all, and its value is a bound. */
  relaxed?: boolean;
  /** How many branches the search may look at. */
  branches?: number;
  /** How much it may calculate: steps of the simplex method, times the size of the program. */
  work?: number;
}

/** Counts, not times, so that every machine decides the same. With them a search that does not end is given up honestly. */
const standard = { branches: 2000, work: 4e6 };

/** A program of whole and other variables from 0 up, written down as it grows. */
export class IntegerProgram {
  private readonly upper: number[] = [];
  private readonly isWhole: boolean[] = [];
  private readonly starts: number[] = [0];
  private readonly indices: number[] = [];
  private readonly coefficients: number[] = [];
  private readonly rowLower: number[] = [];
  private readonly rowUpper: number[] = [];

  get variables(): number {
    return this.upper.length;
  }

  whole(upper: number): number {
    this.isWhole.push(true);
    return this.upper.push(upper) - 1;
  }

  continuous(upper: number): number {
    this.isWhole.push(false);
    return this.upper.push(upper) - 1;
  }

  /** Lowers what a variable may be at most. */
  limit(variable: number, upper: number): void {
    this.upper[variable] = upper;
  }

  /** @param terms each variable once */
  row(terms: Terms, relation: "<=" | ">=" | "=", bound: number): void {
    for (const [coefficient, variable] of terms) {
      this.indices.push(variable);
      this.coefficients.push(coefficient);
    }
    this.starts.push(this.indices.length);
    this.rowLower.push(relation === "<=" ? Number.NEGATIVE_INFINITY : bound);
    this.rowUpper.push(relation === ">=" ? Number.POSITIVE_INFINITY : bound);
  }

  maximize(terms: Terms, highs: Highs, effort: Effort = {}): Answer {
    const { start, relaxed = false, branches = standard.branches, work = standard.work } = effort;
    const steps = Math.ceil(work / (this.variables + this.rowUpper.length + 1));
    const { callbackType, modelStatus, solutionStatus } = highs.constants;
    return highs.withModel(this.model(terms, highs, relaxed), (model): Answer => {
      model.options.set({
        output_flag: false,
        random_seed: 0,
        mip_rel_gap: 0,
        mip_abs_gap: 0.01,
        mip_max_nodes: branches,
        ...(relaxed && { simplex_iteration_limit: steps }),
      });
      if (start) model.setSolution({ colValue: start });
      const { modelStatus: ended } = model.run({
        [callbackType.mipInterrupt](event) {
          if (Number(event.data.mip_total_lp_iterations ?? 0) > steps) event.interrupt();
          return undefined;
        },
      });
      if (ended === modelStatus.infeasible) return { kind: "infeasible" };
      const proven = ended === modelStatus.optimal;
      const value = model.getObjectiveValue();
      const bound = proven
        ? value
        : relaxed
          ? Number.POSITIVE_INFINITY
          : Number(model.info.get("mip_dual_bound"));
      const isFound = model.info.get("primal_solution_status") === solutionStatus.feasible;
      if (!isFound || (relaxed && !proven)) return { kind: "unknown", bound };
      return { kind: "solution", proven, values: [...model.getSolution().colValue], value, bound };
    });
  }

  private model(terms: Terms, highs: Highs, relaxed: boolean): ModelData {
    const cost = new Float64Array(this.variables);
    for (const [coefficient, variable] of terms) cost[variable]! += coefficient;
    const [numCols, numRows] = [this.variables, this.rowUpper.length];
    const { integer, continuous } = highs.constants.variableType;
    return {
      numCols,
      numRows,
      sense: highs.constants.objectiveSense.maximize,
      colCost: cost,
      colLower: new Float64Array(numCols),
      colUpper: this.upper,
      rowLower: this.rowLower,
      rowUpper: this.rowUpper,
      matrix: {
        format: "csr",
        numRows,
        numCols,
        starts: this.starts,
        indices: this.indices,
        values: this.coefficients,
      },
      ...(!relaxed && { integrality: this.isWhole.map((isWhole) => (isWhole ? integer : continuous)) }),
    };
  }
}
