import { expect, test } from "vitest";
import { configMistakes } from "../../policies/config-mistakes";
import { rules } from "../../policies/rules";

const all = Object.values(rules).flat();

test("rules, their parameters and a word for each rule are no mistakes", () => {
  const given = [
    ["all", []],
    ["require-memory-headroom", ["least"]],
    ["require-host-key", []],
  ] as const;
  expect(configMistakes(given, all)).toEqual([]);
});

test("what no rule is called, and no parameter, is said at once", () => {
  const given = [
    ["require-memory-headrom", []],
    ["require-memory-headroom", ["laest", "least"]],
    ["require-host-key", ["level"]],
  ] as const;
  expect(configMistakes(given, all)).toEqual([
    'require-memory-headrom: no such rule, did you mean "require-memory-headroom"?',
    'require-memory-headroom.laest: no such parameter, did you mean "least"?',
    'require-host-key: has no parameters, got "level"',
  ]);
});
