import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { UpJournal } from "../../../ops/stack/up-journal";

const folder = mkdtempSync(join(tmpdir(), "berth-journal-"));
afterAll(() => rmSync(folder, { recursive: true }));

const urn = (name: string) => `urn:pulumi:hive::berth::command:local:Command::${name}`;
const step = (name: string, op: string) => ({ op, urn: urn(name), type: "command:local:Command" });
const event = (more: object) => `${JSON.stringify({ timestamp: 1_795_000_000, ...more })}\n`;

it("an update leaves the plan, who ran it and how it ended, and what the engine said and did", () => {
  const journal = new UpJournal(join(folder, "logs"), "hive");
  expect(readdirSync(join(folder, "logs"))).toEqual([expect.stringMatching(/^cluster_\d{4}-.*_hive\.log$/)]);
  writeFileSync(journal.env.BERTH_PLAN_FILE, '{"placements": []}');
  writeFileSync(
    journal.args[1]!,
    [
      event({ preludeEvent: { config: { "berth:secret": "hidden" } } }),
      event({
        diagnosticEvent: { message: "<{%fg 3%}>a leaves one<{%reset%}>\n\nb stays\n", severity: "info" },
      }),
      event({ diagnosticEvent: { message: "@ updating...", severity: "info", ephemeral: true } }),
      event({ diagnosticEvent: { message: "RegisterResource: hidden", severity: "debug" } }),
      event({ policyEvent: { message: "too much\n", policyName: "require-memory-headroom" } }),
      event({ resOutputsEvent: { metadata: step("a-start", "create"), planning: true } }),
      event({
        resOutputsEvent: { metadata: { ...step("a-start", "create"), new: { inputs: { stdin: "hidden" } } } },
      }),
      event({ resOutputsEvent: { metadata: step("b-start", "same") } }),
      event({ resOpFailedEvent: { metadata: step("c-start", "update") } }),
      '{"timestamp": 17',
    ].join(""),
  );
  journal.end(255);
  const [log, state] = readdirSync(join(folder, "logs")).sort();
  const mode = (name: string) => (statSync(join(folder, "logs", name)).mode & 0o777).toString(8);
  expect([mode(log!), mode(state!)]).toEqual(["600", "600"]);
  const lines = readFileSync(join(folder, "logs", log!), "utf8").split("\n");
  expect(lines.map((line) => line.replace(/^\S+ {2}/, "").replace(/^\S+@\S+/, "WHO"))).toEqual([
    "WHO begins an update of hive",
    "info: a leaves one",
    "info: b stays",
    "policy require-memory-headroom: too much",
    "create a-start (command:local:Command)",
    "failed: update c-start (command:local:Command)",
    "the update ended with 255",
    "",
  ]);
  expect(JSON.parse(readFileSync(join(folder, "logs", state!), "utf8"))).toEqual({
    version: 1,
    stack: "hive",
    by: expect.stringContaining("@"),
    begun: expect.any(String),
    ended: expect.any(String),
    status: 255,
    plan: { placements: [] },
  });
});

it("fifty of each are kept, and nothing of anybody else's is touched", () => {
  const own = join(folder, "many");
  new UpJournal(own, "hive").end(0);
  for (let day = 10; day < 70; day++)
    for (const kind of ["cluster_", "cluster_state_"])
      writeFileSync(join(own, `${kind}2020-${day}_hive.${kind === "cluster_" ? "log" : "json"}`), "");
  writeFileSync(join(own, "cluster_notes.txt"), "");
  new UpJournal(own, "hive").end(0);
  const names = readdirSync(own);
  expect([
    names.filter((name) => name.endsWith(".log")).length,
    names.filter((name) => name.endsWith(".json")).length,
  ]).toEqual([50, 50]);
  expect(names).toContain("cluster_notes.txt");
});
