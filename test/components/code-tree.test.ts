import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { codeTree } from "../../components/code-tree";

const exclude = ["*.pyc", "__pycache__", ".git", "logs/*"];
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "berth-test-"));
  for (const folder of ["pkg/__pycache__", ".git", "logs"])
    mkdirSync(join(root, folder), { recursive: true });
  for (const file of ["main.py", "pkg/a.py", "pkg/a.pyc", "pkg/__pycache__/x", ".git/HEAD", "logs/run.log"])
    writeFileSync(join(root, file), file);
  symlinkSync("main.py", join(root, "link"));
});
afterEach(() => rmSync(root, { recursive: true }));

test("what the patterns exclude is not copied", () => {
  expect(codeTree(root, exclude).files).toEqual(["link", "main.py", "pkg/a.py"]);
});
test("the digest does not know of excluded files, of times, or of where the tree lies", () => {
  const before = codeTree(root, exclude).digest;
  writeFileSync(join(root, "logs/more.log"), "x");
  writeFileSync(join(root, "main.py"), "main.py");
  expect(codeTree(root, exclude).digest).toBe(before);
});
test.each([
  ["a content", () => writeFileSync(join(root, "main.py"), "other")],
  ["a name", () => writeFileSync(join(root, "new.py"), "")],
  ["an executable bit", () => chmodSync(join(root, "main.py"), 0o755)],
  [
    "a link's target",
    () => {
      rmSync(join(root, "link"));
      symlinkSync("pkg/a.py", join(root, "link"));
    },
  ],
])("the digest changes with %s", (_, change) => {
  const before = codeTree(root, exclude).digest;
  change();
  expect(codeTree(root, exclude).digest).not.toBe(before);
});
