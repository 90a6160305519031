import { describe, expect, test } from "vitest";
import type { Resource, Rule } from "../../policies/rule";
import { tryRule } from "../../policies/try-rule";
import { everyChange, unknownText } from "./every-change";

export interface RuleFixture {
  readonly name: string;
  readonly resources: readonly Resource[];
  readonly parameters?: Record<string, number>;
  readonly overrides?: string;
  /** Nothing: the rule is kept. */
  readonly says?: readonly string[];
}

/**
 * What a rule says: about a good stack, one with a single thing broken, one at the limit, and resources of another type.
 * @param mending what its own example is not broken without, as it stands in JSON
 */
export function testRule(rule: Rule, fixtures: readonly RuleFixture[], mending?: string): void {
  describe(rule.name, () => {
    test.each(fixtures)("$name", ({ resources, says = [], ...terms }) => {
      expect(tryRule(rule, resources, terms)).toEqual(says);
    });

    test("its own example breaks it, and no value of that can be unknown, missing or no value at all without a word", () => {
      const { resources, overrides } = rule.broken;
      const isMended = (changed: readonly Resource[]) =>
        mending !== undefined && !JSON.stringify(changed).includes(mending);
      expect(tryRule(rule, resources, { overrides })).not.toEqual([]);
      for (const replacement of [unknownText, undefined, Number.NaN, -1, { a: 1 }])
        for (const changed of everyChange(resources, replacement).filter((one) => !isMended(one)))
          expect(tryRule(rule, changed, { overrides }), JSON.stringify(changed)).not.toEqual([]);
    });
  });
}
