import { didYouMean } from "../topology/did-you-mean";
import type { Rule } from "./rule";

/**
 * A sentence for everything in `--policy-pack-config` that is the name of no rule, or of none of its parameters. The engine lets
 * both pass: a limit with a slip of the pen would be none, and nobody would know.
 * @param given names of rules, each with the names of its parameters
 */
export function configMistakes(
  given: readonly (readonly [string, readonly string[]])[],
  rules: readonly Rule[],
): string[] {
  return given.flatMap(([name, parameters]) => {
    // The engine's word for each rule.
    if (name === "all") return [];
    const rule = rules.find((one) => one.name === name);
    if (!rule) {
      const names = rules.map((one) => one.name);
      return [`${name}: no such rule${didYouMean(name, names)}`];
    }
    const known = Object.keys(rule.configSchema?.properties ?? {});
    return parameters
      .filter((parameter) => !known.includes(parameter))
      .map((parameter) =>
        known.length === 0
          ? `${name}: has no parameters, got "${parameter}"`
          : `${name}.${parameter}: no such parameter${didYouMean(parameter, known)}`,
      );
  });
}
