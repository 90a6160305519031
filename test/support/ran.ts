import { expect } from "vitest";
import type { Run } from "../../lab/workspace";

/** What a command printed, which ended as it should. */
export async function ran(run: Promise<Run>, status = 0): Promise<string> {
  const ended = await run;
  expect(ended.status, ended.output).toBe(status);
  return ended.output;
}
