/** The user's mistake: printed as it is, without a stack. Any other throw is a bug of ours and keeps its stack. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  /** @param issues one finished line each: where, what, got, allowed, remedy */
  constructor(readonly issues: readonly string[]) {
    super(issues.join("\n"));
  }
}
