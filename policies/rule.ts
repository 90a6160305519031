import type { InstanceView } from "../components/instance-view";
import type { NodeView } from "../components/node";
import type { Untyped, Values } from "./values";

export type Level = "mandatory" | "advisory";

/** A resource as the engine shows it to a pack. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
}

/** A stack's own word about the rules: `berth:policies` in its file. */
export interface Overrides {
  /** The reason by the name of the rule that is only advice for this stack. */
  readonly reasons: ReadonlyMap<string, string>;
  /** A sentence for everything that is wrong with them. */
  readonly mistakes: readonly string[];
}

/** What a rule goes by, beside the resources. */
export interface Terms {
  /** Its parameters, as `--policy-pack-config` or their defaults say. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly overrides: Overrides;
}

/** One node with the instances that the stack puts there. */
export interface NodeOfStack {
  readonly node: Values<NodeView>;
  readonly instances: readonly Values<InstanceView>[];
}

/** In the words of JSON schema. */
interface Parameter {
  readonly type: "number";
  readonly minimum: number;
  readonly maximum: number;
  readonly default: number;
  readonly description: string;
}

interface Described {
  /** `verb-object-condition`, as is the name of its file. */
  readonly name: string;
  /** What holds where it is kept: one sentence. */
  readonly description: string;
  /** What happened, or would happen, without it. */
  readonly why: string;
  readonly configSchema?: { readonly properties: Readonly<Record<string, Parameter>> };
  /** What breaks it: the example in docs/policies.md, and what the tests send through the engine. */
  readonly broken: { readonly resources: readonly Resource[]; readonly overrides?: string };
}

/** Judges one resource by its inputs, before anything is done about it. */
export interface ResourceRule extends Described {
  readonly types: readonly string[];
  check(values: Values<Untyped>, terms: Terms, type: string): string[];
}

/** Judges each node with all that comes there. */
export interface NodeRule extends Described {
  checkNode(stack: NodeOfStack, terms: Terms): string[];
}

export type Rule = ResourceRule | NodeRule;
