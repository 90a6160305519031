import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { gallery } from "../../docs/gallery";

test("docs/placement.md and its picture say what the code says today (npm run docs)", async () => {
  for (const [file, text] of Object.entries(await gallery()))
    expect(readFileSync(`docs/${file}`, "utf8"), file).toBe(text);
});
