import { dump } from "js-yaml";
import { z } from "zod";
import { clusterSchema } from "../topology/cluster";
import { connectionsSchema } from "../topology/connection";
import { scenarioSchema } from "../topology/scenario";
import { stackSchema } from "../topology/stack";

/** One value of a file: the JSON Schema of it, as far as it matters here, with what `topology/fields.ts` adds. */
export interface Field {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Field>;
  required?: string[];
  items?: Field;
  additionalProperties?: Field | boolean;
  propertyNames?: Field;
  anyOf?: Field[];
  default?: unknown;
  description?: string;
  allowed?: string;
  absent?: string;
  example?: unknown;
}

/** By the kind of file they describe. */
export const schemas = {
  cluster: clusterSchema,
  scenario: scenarioSchema,
  connections: connectionsSchema,
  stack: stackSchema,
};

export type Kind = keyof typeof schemas;

/** What may be written in a file of that kind. Draft 7 is what editors understand. */
export function fieldsOf(kind: Kind): Field {
  return z.toJSONSchema(schemas[kind], { io: "input", target: "draft-7" }) as Field;
}

/** The map that a field is, or holds many of; with the path of its keys. */
export function inside(field: Field, path: string): { map: Field; path: string } | undefined {
  if (field.properties) return { map: field, path };
  if (field.items) return inside(field.items, `${path}[]`);
  if (typeof field.additionalProperties === "object")
    return inside(field.additionalProperties, `${path}.<name>`);
  return undefined;
}

/** What holds where a field is not written; undefined when it must be. */
export function withoutIt({ absent, default: fixed, properties }: Field): string | undefined {
  if (fixed === undefined) return absent;
  return properties && Object.keys(fixed as object).length === 0 ? "each key's own" : inYaml(fixed);
}

/** A value on one line, as code in Markdown. */
export function inYaml(value: unknown): string {
  return `\`${dump(value, { flowLevel: 0, lineWidth: -1 }).trim()}\``;
}
