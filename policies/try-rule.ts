import { fromWire } from "./from-wire";
import { Judge } from "./judge";
import { readOverrides } from "./overrides";
import type { Resource, Rule } from "./rule";
import { rules } from "./rules";

/**
 * What a rule reports about resources, without an engine. Parameters that are not given have their defaults, as the engine
 * gives them.
 * @param overrides `berth:policies` of the stack's file
 */
export function tryRule(
  rule: Rule,
  resources: readonly Resource[],
  { parameters = {}, overrides }: { parameters?: Record<string, number>; overrides?: string } = {},
): string[] {
  const defaults = Object.fromEntries(
    Object.entries(rule.configSchema?.properties ?? {}).map(([name, schema]) => [name, schema.default]),
  );
  const terms = { parameters: { ...defaults, ...parameters }, overrides: readOverrides(overrides, rules) };
  const judge = new Judge([{ rule, level: "mandatory", terms }], true);
  const seen = resources.map((resource) => ({
    ...resource,
    props: fromWire(resource.props) as Resource["props"],
    urn: resource.name,
  }));
  return [...seen.flatMap((one) => judge.resource(one)), ...judge.stack(seen)].map(({ text }) => text);
}
