import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../topology/config-error";
import { readFacts } from "../../topology/facts";

const folder = mkdtempSync(join(tmpdir(), "berth-facts-"));
const file = join(folder, "facts.json");
afterAll(() => rmSync(folder, { recursive: true }));

const good = { version: 1, taken_at: "2026-01-31T12:00:00.000Z", nodes: {} };

function read(text: string): ReturnType<typeof readFacts> {
  writeFileSync(file, text);
  return readFacts(file);
}

function mistakes(text: string): string {
  try {
    read(text);
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(`${folder}/`, "");
    throw error;
  }
}

describe("a snapshot that is none", () => {
  it.each<[string, string, string]>([
    ["empty", "", "facts.json: the file is empty; docs/reference/ shows what belongs in it"],
    [
      "half written",
      '{"version": 1, "taken',
      "facts.json:1:22  not valid YAML: unexpected end of the stream within a double quoted scalar",
    ],
    [
      "of another version",
      JSON.stringify({ ...good, version: 2 }),
      "facts.json:1:12  version: expected 1, got 2",
    ],
    [
      "without a time",
      JSON.stringify({ ...good, taken_at: "yesterday" }),
      'facts.json:1:25  taken_at: expected a time such as 2026-01-31T12:00:00.000Z, got "yesterday"',
    ],
    [
      "with a status that facts do not have",
      JSON.stringify({ ...good, nodes: { rpi1: { status: "MAINTENANCE" } } }),
      'facts.json:1:78  nodes.rpi1.status: expected HEALTHY, DEGRADED or UNAVAILABLE, got "MAINTENANCE"',
    ],
    [
      "with less than no memory",
      JSON.stringify({ ...good, nodes: { rpi1: { status: "HEALTHY", memory_available_bytes: -4 } } }),
      "facts.json:1:113  nodes.rpi1.memory_available_bytes: expected a whole number ≥ 0, got -4",
    ],
  ])("%s", (_, text, expected) => {
    expect(mistakes(text)).toBe(
      `${expected}\nfacts.json: not a snapshot of facts; write it anew with  ./berth health STACK`,
    );
  });
});

it("what a machine wrote cannot move the cursor", () => {
  const reason = "no route\n\u001b[2Jto host";
  const { nodes } = read(JSON.stringify({ ...good, nodes: { rpi1: { status: "UNAVAILABLE", reason } } }));
  expect(nodes.rpi1!.reason).toBe("no route [2Jto host");
});
