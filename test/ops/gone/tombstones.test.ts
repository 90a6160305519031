/** Reading what run-on-node.sh keeps; that it keeps it so is proved in test/components/run-on-node.test.ts. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { nodeRequest } from "../../../components/node-program";
import { clearUnfinished, tombstones } from "../../../ops/gone/tombstones";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function grave(name: string, verb: string | undefined, request: object): void {
  mkdirSync(join(folder, name));
  const files = {
    input: nodeRequest({ ...request }),
    ssh_id: "id",
    ssh_config: "c",
    known_hosts: "k",
    seconds: "120",
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name, file), text);
  if (verb) writeFileSync(join(folder, name, "verb"), verb);
}

test("in the order in which they came, each with what it is about", () => {
  grave("10", "purge", { stack: "hive" });
  grave("9", "stop", { stack: "hive", instance: { id: "critic" } });
  grave("11", undefined, { stack: "hive" });
  expect(
    tombstones(folder).map(({ verb, what, environment }) => [verb, what, environment.BERTH_SECONDS]),
  ).toEqual([
    ["stop", "hive/critic", "120"],
    ["purge", "hive", "120"],
  ]);
});
test("what was never finished is cleared away, what was finished is not, whatever it is called", () => {
  grave("1", "stop", { stack: "hive" });
  grave("2", undefined, { stack: "hive" });
  grave("3.cut", undefined, { stack: "hive" });
  grave("4.cut", "purge", { stack: "hive" });
  clearUnfinished(folder);
  expect(readdirSync(folder).sort()).toEqual(["1", "4.cut"]);
  expect(tombstones(folder).length).toBe(2);
});
test("no folder, no tombstones", () => {
  expect(tombstones(join(folder, "nowhere"))).toEqual([]);
});
