/** That a verb which a page has asked for does not outlive the server. What verbs print is proved where each is tested. */
import { expect, test } from "vitest";
import { berthVerb } from "../../../ops/dashboard/berth-verb";

test("a verb that goes on for ever ends when nobody wants its answer any more, and has ended then", async () => {
  const wanted = new AbortController();
  const asked = berthVerb(["dashboard", "hive-cluster"], wanted.signal);
  wanted.abort();
  expect(await asked).toEqual({ status: null, stdout: "", stderr: "" });
});
