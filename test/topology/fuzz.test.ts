// Whatever the files say, the answer is a whole topology or sentences with a position: never another throw, never a hang, never
// a part. FUZZ_RUNS and FUZZ_SEED try more, and others.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { CORE_SCHEMA, mergeTag, load as parse } from "js-yaml";
import { expect, it } from "vitest";
import { ConfigError } from "../../topology/config-error";
import type { Topology } from "../../topology/topology";
import { load } from "../support/bad-input";

const good = {
  "cluster.yaml": readFileSync("stacks/clusters/brain-in-jar.yaml", "utf8"),
  "scenario.yaml": `${readFileSync("test/fixtures/scenarios/seed.yaml", "utf8")}
  - &last {instance_id: worker, ram_gb: .5, count: 2, anti_affinity: [worker], env: {SEED: 42, WHEN: 2026-01-02}}
  - {<<: *last, instance_id: other, network: peers, command: [sh, "-c", 'exit 0'], restart: {attempts: 0}}
placement: {worker-0: host}
`,
  "connections.yaml": `nodes:
  jetson: {host: 127.0.0.2, ssh_port: 2222, ssh_user: me, host_key: ssh-ed25519 AAAA}
  rpi1: {jump_host: {host: gate, ssh_user: me}, remote_work_dir: ~/lab}
`,
};
type File = keyof typeof good;

const scraps = [
  ...Array.from(" \n\r\t:-[]{}'\"#é\u0000\uFEFF\u202E\u2028"),
  ...["", "&a ", "*a", "*last", "!!int ", "---\n", "|\n", "? ", "<<: ", "null", "true", "a".repeat(5000)],
  ...["-1", "0", "1e999", ".nan", "-.inf", "0x10", "3.10", "__proto__", "constructor", "jetson", "worker-1"],
];
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const text = fc.oneof(fc.constantFrom(...scraps), fc.string({ maxLength: 8 }));

/** What a hand, an editor or a broken disk does to a text. */
const damage = fc.oneof(
  fc.record({ at: share, cut: fc.nat(20), text }).map(({ at, cut, text: scrap }) => (whole: string) => {
    const start = Math.floor(at * whole.length);
    return whole.slice(0, start) + scrap + whole.slice(start + cut);
  }),
  fc.record({ at: share, value: text }).map(({ at, value }) => (whole: string) => {
    const values = [...whole.matchAll(/(?<=: )[^\n,{}[\]]+/g)];
    const hit = values[Math.floor(at * values.length)];
    return hit ? whole.slice(0, hit.index) + value + whole.slice(hit.index + hit[0].length) : whole;
  }),
  fc
    .record({ from: share, to: share, how: fc.constantFrom("drop", "copy", "indent", "outdent") })
    .map(({ from, to, how }) => (whole: string) => {
      const lines = whole.split("\n");
      const at = Math.floor(from * lines.length);
      const [line] = lines.splice(at, how === "copy" ? 0 : 1).concat(lines[at]!);
      if (how === "copy") lines.splice(Math.floor(to * lines.length), 0, line!);
      else if (how !== "drop") lines.splice(at, 0, how === "indent" ? `  ${line}` : line!.slice(2));
      return lines.join("\n");
    }),
);

const files = fc
  .array(fc.record({ file: fc.constantFrom(...(Object.keys(good) as File[])), change: damage }), {
    minLength: 1,
    maxLength: 2,
  })
  .map((damages) => {
    const damaged = { ...good };
    for (const { file, change } of damages) damaged[file] = change(damaged[file]);
    return damaged;
  });

it("the good files are good", () => {
  expectWhole(load(good), good);
});

it("a damaged file is a whole topology or sentences", { timeout: 600_000 }, () => {
  const count = { whole: 0, refused: 0 };
  const property = fc.property(files, (damaged) => {
    const start = performance.now();
    const topology = outcome(damaged);
    expect(performance.now() - start).toBeLessThan(5000);
    count[topology ? "whole" : "refused"]++;
    if (topology) expectWhole(topology, damaged);
  });
  fc.assert(property, {
    numRuns: Number(process.env.FUZZ_RUNS ?? 400),
    seed: Number(process.env.FUZZ_SEED ?? 4),
  });
  expect(Math.min(count.whole, count.refused)).toBeGreaterThan(40);
});

/** The topology, or undefined when every line of the refusal is a sentence that starts with its place. */
function outcome(damaged: Record<File, string>): Topology | undefined {
  try {
    return load(damaged);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const issue of error.issues)
      expect(issue).toMatch(
        /^(cluster|scenario|connections)\.yaml(:\d+:\d+ {2}|: )\S[^\p{Cc}\p{Zl}\p{Zp}]*$/u,
      );
    expect(error.issues).not.toEqual([]);
    return undefined;
  }
}

interface Raw {
  nodes: { name: string; ram_gb: number }[];
  instances: { instance_id: string; count?: number; env?: object }[];
  placement?: object;
}

/** Nothing of the files is missing, and every number is one that can be reckoned with. */
function expectWhole({ cluster, scenario }: Topology, damaged: Record<File, string>): void {
  const raw = { ...(parsed(damaged["cluster.yaml"]) as Raw), ...(parsed(damaged["scenario.yaml"]) as Raw) };
  expect(cluster.nodes.map(({ name }) => name)).toEqual(raw.nodes.map(({ name }) => name));
  expect(cluster.nodes.map(({ ramBytes }) => ramBytes)).toEqual(
    raw.nodes.map(({ ram_gb }) => Math.round(ram_gb * 1e9)),
  );
  expect(scenario.instances.map(({ id }) => id.replace(/-\d+$/, ""))).toEqual(
    raw.instances.flatMap(({ instance_id, count = 1 }) =>
      Array(count).fill(instance_id.replace(/-\d+$/, "")),
    ),
  );
  expect(Object.keys(scenario.placement)).toEqual(Object.keys(raw.placement ?? {}));
  const numbers = [cluster, scenario].flatMap(numbersIn);
  expect(numbers.filter((number) => !Number.isFinite(number) || number < 0)).toEqual([]);
}

function parsed(yaml: string): unknown {
  return parse(yaml.replace(/^\uFEFF/, ""), { schema: CORE_SCHEMA.withTags(mergeTag) });
}

function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}
