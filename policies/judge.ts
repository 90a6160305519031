import type { InstanceView } from "../components/instance-view";
import type { NodeView } from "../components/node";
import { instanceTypes, nodeTypes } from "./component-types";
import type { Level, NodeRule, Resource, Rule, Terms } from "./rule";
import { Unreadable, type Untyped, Values } from "./values";

/** A rule as it holds for a stack. */
export interface ActiveRule<Kind extends Rule = Rule> {
  readonly rule: Kind;
  readonly level: Level;
  readonly terms: Terms;
}

/** A resource with the name that is its own in the whole stack. */
export interface Seen extends Resource {
  readonly urn: string;
}

/** What a rule says about a resource. */
export interface Finding {
  readonly active: ActiveRule;
  readonly urn: string;
  readonly text: string;
}

/** Whether a resource counts when nodes are judged. */
export const concernsNodes = (type: string) => nodeTypes.includes(type) || instanceTypes.includes(type);

/**
 * Judges a stack by its rules. What concerns a node as a whole is judged once, at the end of a preview. An update would have started
 * by then what the end refuses: so there each node is judged whenever something comes to it, too.
 */
export class Judge {
  private readonly seen = new Map<string, Seen>();

  constructor(
    private readonly rules: readonly ActiveRule[],
    private readonly isPreview: boolean,
  ) {}

  /** One resource by its inputs, before anything is done about it. */
  resource(one: Seen): Finding[] {
    const findings = this.rules.flatMap((active) => {
      const { rule, terms } = active;
      if (!("check" in rule && rule.types.includes(one.type))) return [];
      return found(active, one, () => rule.check(new Values(one.props as Untyped), terms, one.type));
    });
    if (this.isPreview || !concernsNodes(one.type)) return findings;
    this.seen.set(one.urn, one);
    const here = [...this.seen.values()].filter((other) => nodeOf(other) === nodeOf(one));
    const mandatory = this.nodeRules().filter(({ level }) => level === "mandatory");
    return [...findings, ...mandatory.flatMap((active) => onNodes(active, here))];
  }

  /** All resources together, by what became of them. */
  stack(all: readonly Seen[]): Finding[] {
    return this.nodeRules().flatMap((active) => [...onNodes(active, all), ...homeless(active, all)]);
  }

  private nodeRules(): ActiveRule<NodeRule>[] {
    return this.rules.filter((active): active is ActiveRule<NodeRule> => "checkNode" in active.rule);
  }
}

const nodeOf = ({ type, name, props }: Seen) => (nodeTypes.includes(type) ? name : props.node);

function onNodes(active: ActiveRule<NodeRule>, resources: readonly Seen[]): Finding[] {
  const { rule, terms } = active;
  const instances = ofType(resources, ...instanceTypes).map(({ props }) => new Values(props as InstanceView));
  return ofType(resources, ...nodeTypes).flatMap((node) =>
    found(active, node, () => {
      const here = instances.filter((instance) => instance.text("node") === node.name);
      return rule.checkNode({ node: new Values(node.props as NodeView), instances: here }, terms);
    }),
  );
}

/** What stands on a node that the stack does not describe is in nobody's sum. */
function homeless(active: ActiveRule, resources: readonly Seen[]): Finding[] {
  const nodes = ofType(resources, ...nodeTypes).map(({ name }) => name);
  return ofType(resources, ...instanceTypes).flatMap((instance) =>
    found(active, instance, () => {
      const node = new Values(instance.props as InstanceView).text("node");
      if (nodes.includes(node)) return [];
      throw new Unreadable(`${instance.name} stands on ${node}, and the stack has no such Node`);
    }),
  );
}

/** By name: the engine's order is another one each time. */
const ofType = (resources: readonly Seen[], ...types: readonly string[]) =>
  resources.filter(({ type }) => types.includes(type)).sort((a, b) => (a.name < b.name ? -1 : 1));

/** What cannot be judged counts as broken. */
function found(active: ActiveRule, { urn }: Seen, check: () => string[]): Finding[] {
  return loudly(check).map((text) => ({ active, urn, text }));
}

function loudly(check: () => string[]): string[] {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return [`cannot be judged, so it counts as broken: ${error.message}`];
  }
}
