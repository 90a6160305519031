import { type ResourceValidation, unknownCheckingProxy } from "@pulumi/policy";
import { readOverrides } from "./overrides";
import type { Resource, Rule } from "./rule";
import { rules } from "./rules";
import { toPolicy } from "./to-policy";

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
  const policy = toPolicy(rule, "mandatory", readOverrides(overrides, rules));
  const defaults = Object.fromEntries(
    Object.entries(rule.configSchema?.properties ?? {}).map(([name, schema]) => [name, schema.default]),
  );
  const context = { getConfig: () => ({ ...defaults, ...parameters }) };
  const seen = resources.map((resource) => ({
    ...resource,
    ...context,
    props: unknownCheckingProxy({ ...resource.props }),
    urn: resource.name,
  }));
  const texts: string[] = [];
  const report = (text: string) => texts.push(text);
  // Fakes of what the SDK gives: no more than our rules look at.
  if ("validateStack" in policy) policy.validateStack({ ...context, resources: seen } as never, report);
  else
    for (const resource of seen) (policy.validateResource as ResourceValidation)(resource as never, report);
  return texts;
}
