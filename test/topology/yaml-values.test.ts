// What the ways to write a file and a value come to where they are good. The bad ones are in bad-*.test.ts.
import { describe, expect, it } from "vitest";
import { goodCluster, goodScenario, instance, load, mistakes } from "../support/bad-input";
import { gb } from "../support/topology";

it.each([
  ["64", 64],
  ["64.0", 64],
  ["+64", 64],
  ["1e3", 1000],
  [".5", 0.5],
  ["0x10", 16],
  ["0o17", 15],
  ["012", 12],
])("ram_gb: %s is %d GB", (written, size) => {
  expect(load(instance(`ram_gb: ${written}`)).scenario.instances[1]!.ramBytes).toBe(gb(size));
});

it.each([
  ["2026-01-02", "2026-01-02"],
  ["no", "no"],
  ["'007'", "007"],
  ['"3.10"', "3.10"],
  ["0.5", "0.5"],
  ["-1", "-1"],
  ["true", "true"],
  ['""', ""],
  ["!!str 3.10", "3.10"],
  ["two  words", "two  words"],
])("a variable %s is the text %j", (written, text) => {
  expect(load(instance("ram_gb: 1", `env: {V: ${written}}`)).scenario.instances[1]!.env).toEqual({ V: text });
});

it.each(["2026-01-02", "no", "split_brain_A", "a.b", "'123'", "constructor"])("an id may be %s", (id) => {
  const { scenario } = load({ "scenario.yaml": goodScenario.replace("alpha", id) });
  expect(scenario.instances[0]!.id).toBe(id.replaceAll("'", ""));
});

describe("a file", () => {
  const plain = load({});

  it.each([
    ["a byte order mark", (text: string) => `\uFEFF${text}`],
    ["Windows line ends", (text: string) => text.replaceAll("\n", "\r\n")],
    ["no last line end", (text: string) => text.trimEnd()],
    ["a start and an end of the document", (text: string) => `---\n${text}...\n`],
  ])("may have %s, and mistakes keep their places", (_, change) => {
    expect(load({ "cluster.yaml": change(goodCluster), "scenario.yaml": change(goodScenario) })).toEqual(
      plain,
    );
    const line = change(goodCluster).startsWith("-") ? 4 : 3;
    expect(mistakes({ "cluster.yaml": change(goodCluster.replace("64", "-64")) })).toBe(
      `cluster.yaml:${line}:77  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got -64`,
    );
  });

  it("may merge what machines have in common; what a machine says itself wins", () => {
    const { cluster } = load({
      "cluster.yaml": `cluster: {name: lab}
nodes:
  - &pi {name: jetson, host: 192.0.2.1, ssh_user: pi, ram_gb: 8, max_instances: 1}
  - {<<: *pi, name: rpi1, remote_work_dir: /srv/rpi1, ram_gb: 4}
`,
    });
    expect(cluster.nodes[1]).toEqual({
      ...cluster.nodes[0],
      name: "rpi1",
      remoteWorkDir: "/srv/rpi1",
      ramBytes: gb(4),
      reservedRamBytes: gb(0.5),
    });
  });
});
