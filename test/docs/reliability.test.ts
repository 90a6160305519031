import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";

/** File and name of the tests that the tables of docs/reliability.md show. */
const shown = readFileSync("docs/reliability.md", "utf8")
  .split("## Figures")[0]!
  .split("\n")
  .filter((line) => /^\| (?!fault |---)/.test(line))
  .map((line) => line.split("|").at(-2)!.trim())
  .map((cell) => /^`([^`]+)`: (.+)$/.exec(cell)?.slice(1) ?? [cell, ""]);

test.each(shown)("docs/reliability.md names a test of %s: %s", (file, name) => {
  expect(namesIn(file!)).toContain(name);
});

test("every fault test is in docs/reliability.md", () => {
  const files = readdirSync("test/integration/faults").map((name) => `test/integration/faults/${name}`);
  const all = files.flatMap((file) => namesIn(file).map((name) => `${file}: ${name}`));
  const known = shown.map(([file, name]) => `${file}: ${name}`);
  expect(all.filter((one) => !known.includes(one))).toEqual([]);
});

/** Names of the tests in a file, as they are written there: of `test("…", …)` and of `test.each(…)("…", …)`, in Python of `def test_…`. */
function namesIn(file: string): string[] {
  if (file.endsWith(".py"))
    return [...readFileSync(file, "utf8").matchAll(/^def (test_\w+)/gm)].map(([, name]) => name!);
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^test\b/.test(node.expression.getText())) {
      const [name] = node.arguments;
      if (name && ts.isStringLiteral(name)) names.push(name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}
