import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

function berth(...args: string[]) {
  const env = { ...process.env, CI: "" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve("berth"), ...args], {
    encoding: "utf8",
    env,
  });
  return { status, stdout, stderr };
}

/** A stack file that names a cluster, a scenario and a snapshot of these texts. */
function stackOf(name: string, texts: { cluster: string; scenario: string; facts?: string }): string {
  const own = join(folder, name);
  mkdirSync(own);
  for (const [file, text] of Object.entries(texts)) writeFileSync(join(own, `${file}.yaml`), text);
  const from = (file: string) => relative(".", join(own, `${file}.yaml`));
  const config = ["cluster", "scenario", "facts"].map((file) => `  berth:${file}: ${from(file)}\n`);
  writeFileSync(join(own, "Pulumi.yaml"), `config:\n${config.join("")}`);
  return own;
}

const cluster = `cluster: { name: c }
nodes:
  - { name: n, host: 192.0.2.1, ssh_user: pi, ram_gb: 8, max_instances: 1, remote_work_dir: ~/berth }
`;
const scenario = "name: s\ninstances:\n  - { instance_id: a, ram_gb: 1, command: [sleep, '9'] }\n";

it("the stacks of this project have no mistake", () => {
  const { status, stdout, stderr } = berth("validate");
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toContain(
    "panopticon: no mistake in stacks/Pulumi.panopticon.yaml, stacks/clusters/brain-in-jar.yaml, stacks/scenarios/panopticon.yaml\n",
  );
});

it("mistakes of all files are told at once, for people and for machines", () => {
  const own = stackOf("wrong", {
    cluster: cluster.replace("ram_gb: 8", "ram_gb: eight"),
    scenario: scenario.replace("ram_gb: 1", "ram: 1"),
    facts: "{}",
  });
  const at = (file: string) => relative(".", join(own, `${file}.yaml`));
  const issues = [
    `${at("cluster")}:3:55  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got "eight"`,
    `${at("scenario")}:3:5  instances[0].ram_gb: missing, expected a size in GB from 0.001 to 100000`,
    `${at("scenario")}:3:23  instances[0].ram: unknown key, did you mean "ram_gb"?`,
    `${at("facts")}:1:1  version: missing, expected 1`,
    `${at("facts")}:1:1  taken_at: missing, expected a time such as 2026-01-31T12:00:00.000Z`,
    `${at("facts")}:1:1  nodes: missing, expected a map of node name to facts`,
    `${at("facts")}: not a snapshot of facts; write it anew with  ./berth health STACK`,
  ];
  const file = join(own, "Pulumi.yaml");
  expect(berth("validate", "mine", "--config-file", file)).toEqual({
    status: 2,
    stdout: "",
    stderr: `mine: 7 mistakes\n${issues.map((issue) => `  ${issue}\n`).join("")}`,
  });
  const { status, stdout } = berth("validate", "mine", "--config-file", file, "--json");
  expect(status).toBe(2);
  expect(JSON.parse(stdout)).toEqual({
    stacks: [{ stack: "mine", files: [file, at("cluster"), at("scenario"), at("facts")], issues }],
  });
});

it.each([
  ["a stack that is not there", ["hive"], 'berth: no stack "hive", did you mean "hive-cluster"?\n'],
  [
    "a file of nobody's",
    ["--config-file", "x.yaml"],
    "berth: whose file is that? Name a stack besides --config-file\n",
  ],
])("%s is bad input", (_what, args, stderr) => {
  expect(berth("validate", ...args)).toEqual({ status: 2, stdout: "", stderr });
});

it("files are named as they are called from here, wherever that is", () => {
  const { stdout } = spawnSync(process.execPath, [resolve("berth"), "validate", "panopticon"], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(stdout).toContain(`in ${relative(folder, resolve("stacks/Pulumi.panopticon.yaml"))}, `);
});
