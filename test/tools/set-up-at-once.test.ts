import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withLock } from "../../tools/lock.mjs";
import { putInPlace } from "../../tools/put-in-place.mjs";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-tools-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("one waits for the other, and takes over the lock of one that died", async () => {
  const lock = join(folder, "lock");
  const order: string[] = [];
  const work = async (name: string) => {
    order.push(`${name} begins`);
    await sleep(50);
    order.push(`${name} ends`);
  };
  const waiting: number[] = [];
  await Promise.all(
    ["a", "b"].map((name) =>
      withLock(
        lock,
        () => work(name),
        (pid: number) => waiting.push(pid),
      ),
    ),
  );
  expect(order).toEqual(["a begins", "a ends", "b begins", "b ends"]);
  expect(waiting).toEqual([process.pid]);

  const NO_PROCESS = 2 ** 22 + 1;
  writeFileSync(lock, `${NO_PROCESS}`);
  await withLock(
    lock,
    () => work("c"),
    () => expect.unreachable(),
  );
  expect(existsSync(lock)).toBe(false);
});

test("a folder appears complete or not at all; of two the first stays", async () => {
  const path = join(folder, "bin");
  const fill = (text: string) => async (partial: string) => {
    expect(existsSync(path)).toBe(text === "second");
    writeFileSync(join(partial, "tool"), text);
  };
  await expect(
    putInPlace(path, async (partial: string) => {
      writeFileSync(join(partial, "tool"), "half");
      throw new Error("power cut");
    }),
  ).rejects.toThrow("power cut");
  expect(readdirSync(folder)).toEqual([]);
  await putInPlace(path, fill("first"));
  await putInPlace(path, fill("second"));
  expect([readdirSync(folder), readFileSync(join(path, "tool"), "utf8")]).toEqual([["bin"], "first"]);
});
