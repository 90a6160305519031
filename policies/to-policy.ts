import {
  type PolicyPackArgs,
  type ReportViolation,
  type ResourceValidation,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  UnknownValueError,
} from "@pulumi/policy";
import { runtime } from "@pulumi/pulumi";
import type { InstanceView } from "../components/instance-view";
import type { NodeView } from "../components/node";
import { ExperimentInstance, Node } from "./component-types";
import type { Level, NodeRule, Overrides, ResourceRule, Rule, Terms } from "./rule";
import { Unreadable, type Untyped, Values } from "./values";

type Seen = Pick<ResourceValidationArgs, "type" | "name" | "props" | "urn">;

/** A rule in the SDK's words. One that the stack overrides is advice. */
export function toPolicy(rule: Rule, level: Level, overrides: Overrides): PolicyPackArgs["policies"][number] {
  const { name, description, configSchema } = rule;
  const enforcementLevel = overrides.reasons.has(name) ? "advisory" : level;
  const described = { name, description, enforcementLevel, ...(configSchema && { configSchema }) } as const;
  return {
    ...described,
    ...("check" in rule ? onResources(rule, overrides) : onNodes(rule, overrides, enforcementLevel)),
  };
}

function onResources(
  rule: ResourceRule,
  overrides: Overrides,
): Pick<ResourceValidationPolicy, "validateResource"> {
  return {
    validateResource({ type, props, getConfig }, report) {
      if (!rule.types.includes(type)) return;
      const terms = { parameters: getConfig<Terms["parameters"]>(), overrides };
      for (const text of loudly(() => rule.check(new Values(props as Untyped), terms, type))) report(text);
    },
  };
}

/**
 * A preview judges the whole stack at its end. An update would have started by then what the end refuses: so there each
 * node is judged whenever something comes to it.
 */
function onNodes(
  rule: NodeRule,
  overrides: Overrides,
  level: Level,
): Pick<ResourceValidationPolicy, "validateResource"> & Pick<StackValidationPolicy, "validateStack"> {
  const seen = new Map<string, Seen>();
  const nodeOf = ({ type, name, props }: Seen) => (type === Node ? name : props.node);
  const asItComes: ResourceValidation = (args, report) => {
    if (![Node, ExperimentInstance].includes(args.type)) return;
    seen.set(args.urn, args);
    const here = [...seen.values()].filter((one) => nodeOf(one) === nodeOf(args));
    judge(rule, here, { parameters: args.getConfig(), overrides }, report);
  };
  return {
    ...(level === "mandatory" && !runtime.isDryRun() && { validateResource: asItComes }),
    validateStack({ resources, getConfig }, report) {
      const terms = { parameters: getConfig<Terms["parameters"]>(), overrides };
      judge(rule, resources, terms, report);
      reportHomeless(resources, report);
    },
  };
}

function judge(rule: NodeRule, resources: readonly Seen[], terms: Terms, report: ReportViolation): void {
  const instances = ofType(resources, ExperimentInstance).map(
    ({ props }) => new Values(props as InstanceView),
  );
  for (const { name, urn, props } of ofType(resources, Node)) {
    const texts = loudly(() => {
      const here = instances.filter((instance) => instance.text("node") === name);
      return rule.checkNode({ node: new Values(props as NodeView), instances: here }, terms);
    });
    for (const text of texts) report(text, urn);
  }
}

/** What stands on a node that the stack does not describe is in nobody's sum. */
function reportHomeless(resources: readonly Seen[], report: ReportViolation): void {
  const nodes = ofType(resources, Node).map(({ name }) => name);
  for (const { name, urn, props } of ofType(resources, ExperimentInstance))
    for (const text of loudly(() => {
      const node = new Values(props).text("node");
      if (nodes.includes(node)) return [];
      throw new Unreadable(`${name} stands on ${node}, and the stack has no such Node`);
    }))
      report(text, urn);
}

/** By name: the engine's order is another one each time. */
const ofType = (resources: readonly Seen[], type: string) =>
  resources.filter((resource) => resource.type === type).sort((a, b) => (a.name < b.name ? -1 : 1));

/** What cannot be judged counts as broken. The SDK would make advice of it, with exit status 0. */
function loudly(check: () => string[]): string[] {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof Unreadable || error instanceof UnknownValueError)) throw error;
    return [`cannot be judged, so it counts as broken: ${(error as Error).message}`];
  }
}
