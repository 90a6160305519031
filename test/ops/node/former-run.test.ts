import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { setFormerRunAside } from "../../../ops/node/former-run";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const asked = (run: string) => setFormerRunAside(join(folder, "rpi1"), "hive", run);
/** Every file with its text, below the folder. */
const here = () =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map(({ parentPath, name }) => {
        const path = join(parentPath, name);
        return [path.slice(folder.length + 1), readFileSync(path, "utf8").trim()];
      }),
  );
function put(name: string, text: string): void {
  const path = join(folder, "rpi1", name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
}

it("the same run again changes nothing", () => {
  expect(asked("1")).toBeUndefined();
  put("hive/a.log", "old");
  expect(asked("1")).toBeUndefined();
  expect(here()).toEqual({ "rpi1/hive/.fetched": "1", "rpi1/hive/a.log": "old" });
});

it("another run finds an empty place, and what was there lies beside it; what is another stack's or a person's stays", () => {
  asked("1");
  for (const name of ["hive/a.log", "experiments.db", "other/b.log", "mine.txt"]) put(name, "old");
  expect(asked("2")).toBe(join(folder, "rpi1.1"));
  expect(here()).toEqual({
    "rpi1/hive/.fetched": "2",
    "rpi1/mine.txt": "old",
    "rpi1/other/b.log": "old",
    "rpi1.1/experiments.db": "old",
    "rpi1.1/hive/.fetched": "1",
    "rpi1.1/hive/a.log": "old",
  });
});

it("killed between its two moves it goes on", () => {
  asked("1");
  put("hive/a.log", "old");
  mkdirSync(join(folder, "rpi1.1"));
  writeFileSync(join(folder, "rpi1.1", "experiments.db"), "old");
  expect(asked("2")).toBe(join(folder, "rpi1.1"));
  expect(here()).toEqual({
    "rpi1/hive/.fetched": "2",
    "rpi1.1/experiments.db": "old",
    "rpi1.1/hive/.fetched": "1",
    "rpi1.1/hive/a.log": "old",
  });
});

it("a run that cannot say which it is is another one", () => {
  asked("1");
  put("hive/a.log", "old");
  expect(asked("")).toBe(join(folder, "rpi1.1"));
  expect(here()).toEqual({ "rpi1.1/hive/.fetched": "1", "rpi1.1/hive/a.log": "old" });
});

it("what is here of no known run stays", () => {
  put("hive/mine.txt", "mine");
  expect(asked("1")).toBeUndefined();
  expect(here()).toEqual({ "rpi1/hive/.fetched": "1", "rpi1/hive/mine.txt": "mine" });
});
