import { expect, test } from "vitest";
import { tryTwice } from "../../tools/try-twice.mjs";

test("what fails once is done once more, what fails twice has failed", async () => {
  const reported: string[] = [];
  let fails = 1;
  let calls = 0;
  const work = async () => {
    calls++;
    if (calls <= fails) throw new Error(`npm ci: ended with exit code 1\nECONNRESET ${calls}`);
    return "installed";
  };
  expect(await tryTwice(work, (line: string) => reported.push(line))).toBe("installed");
  expect([calls, reported]).toEqual([2, ["once more after: ECONNRESET 1"]]);
  [fails, calls] = [9, 0];
  await expect(tryTwice(work, () => {})).rejects.toThrow("ECONNRESET 2");
});
