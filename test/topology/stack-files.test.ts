import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../topology/config-error";
import { stackFiles } from "../../topology/stack-files";

const folder = mkdtempSync(join(tmpdir(), "berth-stack-"));
const file = join(folder, "Pulumi.mine.yaml");
afterAll(() => rmSync(folder, { recursive: true }));

const good = ["config:", "  berth:cluster: c.yaml", "  berth:scenario: s.yaml"];

/** What is wrong with a stack file of these lines; "" when nothing is. */
function mistakes(...lines: string[]): string {
  writeFileSync(file, `${lines.join("\n")}\n`);
  try {
    stackFiles("mine", file);
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(`${folder}/`, "");
    throw error;
  }
}

describe("a stack file", () => {
  it.each<[string, string, string[]]>([
    ["with keys of others", "", [...good, "  aws:region: mars", "  other: 1", "encryptionsalt: v1:x"]],
    [
      "with a mistyped scenario, which is then missing too",
      [
        'Pulumi.mine.yaml:2:3  config["berth:scenario"]: missing, expected the path of a file, from the project\'s directory',
        'Pulumi.mine.yaml:3:3  config["berth:senario"]: unknown key, did you mean "berth:scenario"?',
      ].join("\n"),
      [good[0]!, good[1]!, "  berth:senario: s.yaml"],
    ],
    [
      "with a mistyped purge",
      'Pulumi.mine.yaml:4:3  config["berth:purg"]: unknown key, did you mean "berth:purge"?',
      [...good, "  berth:purg: true"],
    ],
    [
      "with a key of ours that is like none",
      'Pulumi.mine.yaml:4:3  config["berth:colour"]: unknown key; known: berth:cluster, berth:scenario, berth:connections, berth:facts, berth:gone, berth:drained, berth:watch, berth:journal, berth:purge, berth:render_yaml, berth:policies',
      [...good, "  berth:colour: red"],
    ],
    [
      "with a purge in words",
      'Pulumi.mine.yaml:4:16  config["berth:purge"]: expected true or false, got "yes"',
      [...good, "  berth:purge: yes"],
    ],
    [
      "with a path that is a number",
      'Pulumi.mine.yaml:4:16  config["berth:facts"]: expected the path of a file, from the project\'s directory, got 7; write it in quotes',
      [...good, "  berth:facts: 7"],
    ],
    [
      "without config",
      "Pulumi.mine.yaml:1:1  config: missing, expected a map with berth:cluster and berth:scenario",
      ["{}"],
    ],
  ])("%s", (_, expected, lines) => {
    expect(mistakes(...lines)).toBe(expected);
  });
});
