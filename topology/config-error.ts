// One wrong indent can make thousands; nobody reads on after this many.
const shown = 200;

/** The user's mistake: printed as it is, without a stack. Any other throw is a bug of ours and keeps its stack. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  /** @param issues one finished line each: where, what, got, allowed, remedy */
  constructor(readonly issues: readonly string[]) {
    const more = issues.length > shown ? [`… and ${issues.length - shown} more`] : [];
    super([...issues.slice(0, shown), ...more].join("\n"));
  }

  /** Runs every step and returns their results; the mistakes of all of them become one error. */
  static gather<const Steps extends readonly (() => unknown)[]>(
    steps: Steps,
  ): { [Index in keyof Steps]: ReturnType<Steps[Index]> } {
    const issues: string[] = [];
    const results = steps.map((step) => {
      try {
        return step();
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        for (const issue of error.issues) issues.push(issue);
        return undefined;
      }
    });
    if (issues.length > 0) throw new ConfigError(issues);
    return results as { [Index in keyof Steps]: ReturnType<Steps[Index]> };
  }
}
