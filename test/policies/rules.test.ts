// What each rule says is in a file of its name beside this one; that a mandatory rule ends a preview, in
// test/integration/policies.test.ts.
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { exampleInstance } from "../../policies/example";
import { rules } from "../../policies/rules";
import { tryRule } from "../../policies/try-rule";

const everyRule = [...rules.mandatory, ...rules.advisory];

test.each(everyRule)("$name has a test of its name", ({ name }) => {
  expect(existsSync(`test/policies/${name}.test.ts`)).toBe(true);
});

test("an instance on a node that the stack does not have is in nobody's sum, and every rule about nodes says so", () => {
  for (const rule of everyRule.filter((one) => "checkNode" in one))
    expect(tryRule(rule, [exampleInstance({ node: "elsewhere" })])).toEqual([
      "cannot be judged, so it counts as broken: critic stands on elsewhere, and the stack has no such Node",
    ]);
});
