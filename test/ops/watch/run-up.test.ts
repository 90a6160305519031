/** What an update that a watch starts leaves in its log. What it does is proved in test/integration. */
import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runUp } from "../../../ops/watch/run-up";

const folder = mkdtempSync(join(tmpdir(), "berth-run-up-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("an update that goes on without its watch does not write into the log of the next", async () => {
  const log = join(folder, "none.up.log");
  const former = openSync(log, "w");
  appendFileSync(former, "the former begins\n");
  const { status, said } = await runUp("none", undefined, log, []).ended;
  appendFileSync(former, "and goes on\n");
  closeSync(former);
  expect(status).toBe(2);
  expect(readFileSync(log, "utf8").trim()).toBe(said);
  expect(readFileSync(`${log}.1`, "utf8")).toBe("the former begins\nand goes on\n");
});
