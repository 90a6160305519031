/** One thing that may be wrong. */
export interface DoctorCheck {
  /** `here`, a node, a Ray cluster, or `kubernetes`. */
  readonly subject: string;
  /** What was looked at, in one or two words. */
  readonly check: string;
  /** `skipped`: it could not be looked at, or means nothing here. */
  readonly state: "ok" | "failed" | "skipped";
  readonly found: string;
  /** What mends it; only of what failed. */
  readonly remedy?: string;
}

/** Checks of one subject. */
export function checksOf(subject: string) {
  return {
    ok: (check: string, found: string): DoctorCheck => ({ subject, check, state: "ok", found }),
    failed: (check: string, found: string, remedy: string): DoctorCheck => ({
      subject,
      check,
      state: "failed",
      found,
      remedy,
    }),
    skipped: (check: string, found: string): DoctorCheck => ({ subject, check, state: "skipped", found }),
    /** What is wrong and what to do, as Berth's own errors say it: the remedy follows the last semicolon. */
    refused: (check: string, text: string): DoctorCheck => {
      const line = text
        .trim()
        .split("\n")[0]!
        .replace(/^berth: /, "");
      const at = line.lastIndexOf("; ");
      const [found, remedy] =
        at < 0 ? [line, "mend that, then run this again"] : [line.slice(0, at), line.slice(at + 2)];
      return { subject, check, state: "failed", found, remedy };
    },
  };
}
