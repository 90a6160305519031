import { describe } from "vitest";
import { missingForIsolatedLab } from "../../lab/isolated/requirements";

const missing = missingForIsolatedLab({ systemd: true });

/**
 * `describe` for tests that need an isolated lab. Where this computer cannot have one they are skipped, and their name says what it
 * lacks; with BERTH_NO_SKIP in the environment, as in CI, they run and fail instead.
 */
export function describeIsolated(name: string, tests: () => void): void {
  const skip = missing.length > 0 && !process.env.BERTH_NO_SKIP;
  if (skip) describe.skip(`${name} (skipped, this computer lacks: ${missing.join(", ")})`, tests);
  else describe(name, tests);
}
