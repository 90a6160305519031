import { readFileSync } from "node:fs";
import fc from "fast-check";
import { it } from "vitest";
import { place } from "../../placement/place";
import { ConfigError } from "../../topology/config-error";
import { load } from "../support/bad-input";

// Whatever a file says, the answer is a topology or sentences with a position: never another throw, never a hang.

const cluster = readFileSync("stacks/clusters/brain-in-jar.yaml", "utf8");
const scenario = readFileSync("test/fixtures/scenarios/seed.yaml", "utf8");
const runs = Number(process.env.FUZZ_RUNS ?? 300);

const pieces = [
  "",
  " ",
  "\n",
  "\t",
  ":",
  "-",
  "[",
  "]",
  "{",
  "}",
  "&a ",
  "*a",
  "!!int ",
  "'",
  '"',
  "#",
  "---\n",
  "|\n",
  "? ",
];
const words = [
  "null",
  "true",
  "-1",
  "0",
  "1e999",
  ".nan",
  "0x10",
  "__proto__",
  "constructor",
  "jetson",
  "é",
  "\u0000",
  "<<",
];

const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat(20),
  text: fc.oneof(fc.constantFrom(...pieces, ...words), fc.string({ maxLength: 8 })),
});

function mutated(text: string, mutations: { at: number; cut: number; text: string }[]): string {
  return mutations.reduce((result, { at, cut, text: piece }) => {
    const start = Math.floor(at * result.length);
    return result.slice(0, start) + piece + result.slice(start + cut);
  }, text);
}

it("a damaged file is a topology or sentences", () => {
  const mutations = fc.array(mutation, { maxLength: 4 });
  return fc.assert(
    fc.asyncProperty(mutations, mutations, async (inCluster, inScenario) => {
      try {
        await place(
          load({
            "cluster.yaml": mutated(cluster, inCluster),
            "scenario.yaml": mutated(scenario, inScenario),
          }),
        );
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        const bad = error.issues.find(
          (issue) => !/^(cluster|scenario)\.yaml(:\d+:\d+ )?[: ] ?.+$/.test(issue),
        );
        if (bad !== undefined) throw new Error(`not a sentence: ${JSON.stringify(bad)}`);
      }
    }),
    { numRuns: runs },
  );
});
