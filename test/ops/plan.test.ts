import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const cluster = "stacks/clusters/brain-in-jar.yaml";

function berth(
  args: readonly string[],
  cwd = ".",
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve("berth"), ...args], {
    cwd,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const inputs = (scenario: string) => [
  "--cluster",
  cluster,
  "--scenario",
  `test/fixtures/scenarios/${scenario}.yaml`,
];

describe("berth plan", () => {
  it("explains a plan and exits 0", () => {
    const golden = readFileSync("test/golden/hive-cluster.explain.txt", "utf8");
    expect(berth(["plan", "hive-cluster"])).toEqual({
      status: 0,
      stdout: `${golden}\n`,
      stderr: "",
    });
  });

  it("explains a plan that leaves something out and exits 1", () => {
    const { status, stdout, stderr } = berth(["plan", ...inputs("too-large")]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toBe(`${readFileSync("test/golden/too-large.explain.txt", "utf8")}\n`);
  });

  it("prints JSON and nothing else with --json", () => {
    const { status, stdout, stderr } = berth(["plan", "--json", ...inputs("too-large")]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      placements: [
        { instance: "small", node: "rpi1", score: 55, parts: { ram: 20, load: 20, gpu: 5, preferred: 10 } },
      ],
      unplaced: [
        {
          instance: "huge",
          reasons: [
            { node: "host", token: "InsufficientRam", kind: "rule", need: "80 GB", have: "28 GB" },
            { node: "jetson", token: "InsufficientRam", kind: "rule", need: "80 GB", have: "56 GB" },
            { node: "rpi1", token: "InsufficientRam", kind: "rule", need: "80 GB", have: "7 GB" },
            { node: "rpi2", token: "InsufficientRam", kind: "rule", need: "80 GB", have: "7 GB" },
          ],
        },
      ],
    });
  });

  it("takes its files from a stack, from any directory", () => {
    const { status, stdout } = berth(["plan", "hive-cluster", "--json"], tmpdir());
    expect({ status, scenario: JSON.parse(stdout).scenario }).toEqual({
      status: 0,
      scenario: "hive-cluster",
    });
  });

  it("takes another stack file, as every verb of a stack does", () => {
    const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
    const file = join(folder, "mine.yaml");
    const config = [`berth:cluster: ${cluster}`, "berth:scenario: stacks/scenarios/split-brain.yaml"];
    writeFileSync(file, `config: { ${config.join(", ")} }\n`);
    const { status, stdout } = berth(["plan", "hive-cluster", "--json", "--config-file", file]);
    rmSync(folder, { recursive: true });
    expect({ status, scenario: JSON.parse(stdout).scenario }).toEqual({
      status: 0,
      scenario: "split-brain",
    });
  });

  it.each<[string, string[], string]>([
    [
      "a stack file without its stack",
      ["plan", "--config-file", "stacks/Pulumi.hive-cluster.yaml"],
      "berth: --config-file is of a stack; name that, too\n",
    ],
    ["an unknown stack", ["plan", "hive"], 'berth: no stack "hive", did you mean "hive-cluster"?\n'],
    [
      "nothing to plan",
      ["plan"],
      "berth: which plan? Name a stack (./berth plan hive-cluster), or --cluster and --scenario\n",
    ],
    [
      "half of what to plan",
      ["plan", "--cluster", cluster],
      "berth: which plan? Name a stack (./berth plan hive-cluster), or --cluster and --scenario\n",
    ],
    [
      "two things to plan",
      ["plan", "hive-cluster", "--cluster", cluster],
      "berth: name a stack, or --cluster and --scenario, not both\n",
    ],
    ["an unknown verb", ["paln"], "berth: unknown command 'paln'\n(Did you mean plan?)\n"],
    ["an unknown option", ["plan", "--jsn"], "berth: unknown option '--jsn'\n(Did you mean --json?)\n"],
    [
      "a file that is not there",
      ["plan", "--cluster", "nowhere.yaml", "--scenario", "test/fixtures/scenarios/seed.yaml"],
      "nowhere.yaml: no such file\n",
    ],
  ])("says what is wrong with %s and exits 2", (_, args, stderr) => {
    expect(berth(args)).toEqual({ status: 2, stdout: "", stderr });
  });

  it("says what to type when its packages are not installed", () => {
    const directory = mkdtempSync(join(tmpdir(), "berth-bare-"));
    try {
      cpSync("berth", join(directory, "berth"));
      writeFileSync(join(directory, "package.json"), "{}");
      const { status, stdout, stderr } = spawnSync(process.execPath, ["berth", "plan"], {
        cwd: directory,
        encoding: "utf8",
      });
      expect({ status, stdout, stderr }).toEqual({
        status: 2,
        stdout: "",
        stderr: "berth: its packages are not installed; type: npm run setup\n",
      });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
