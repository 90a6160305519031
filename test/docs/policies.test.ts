import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { policies } from "../../docs/policies";
import { rules } from "../../policies/rules";

test("docs/policies.md says what the rules say today (npm run docs)", async () => {
  expect(readFileSync("docs/policies.md", "utf8")).toBe(await policies());
});

test("every rule is a file of its name, and every such file is a rule", () => {
  const files = readdirSync("policies").filter((file) =>
    /^(require|advise|limit|forbid|show)-.*\.ts$/.test(file),
  );
  const names = [...rules.mandatory, ...rules.advisory].map(({ name }) => `${name}.ts`);
  expect(names.filter((name) => !files.includes(name))).toEqual([]);
  expect(files.filter((file) => !names.includes(file))).toEqual([]);
});
