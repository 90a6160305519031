import { z } from "zod";
import { planJsonSchema } from "../placement/plan-json";
import { tokens } from "../placement/token";
import { type Field, inside } from "./fields";
import { slug } from "./slug";

/** The JSON Schema of the plan. Open: readers ignore fields they do not know, so that new ones may come. */
export function planSchema(): Field {
  return z.toJSONSchema(planJsonSchema, { io: "input", target: "draft-7" }) as Field;
}

/** The page about the plan for machines: a table for every map in it, and one of the tokens. */
export function planPage(): string {
  return `# The plan for machines

\`./berth plan STACK --json\` prints it; its exit status is 0 when all are placed, 1 when not. [plan.schema.json](plan.schema.json)
checks it. New fields may come without a new \`version\`: ignore those you do not know. The same input gives the same bytes.
Made from \`placement/plan-json.ts\` by \`npm run docs\`: change it there.

${tables(planSchema(), "", new Map()).join("\n")}
## Tokens

Why a node did not take an instance, in the order of their precedence: the first \`rule\` that refuses is told; only where none
does, the first \`full\`.

| | token | meaning | kind | need | have |
|---|---|---|---|---|---|
${Object.entries(tokens).map(tokenRow).join("")}`;
}

function tokenRow([token, about]: [string, (typeof tokens)[keyof typeof tokens]], index: number): string {
  const [need, have] = "need" in about ? [about.need, about.have] : ["", ""];
  return `| ${index + 1} | \`${token}\` | ${about.meaning} | ${about.kinds.join(" or ")} | ${need} | ${have} |\n`;
}

/** @param shown path by table, so that the same map is not told twice; grows */
function tables(map: Field, path: string, shown: Map<string, string>): string[] {
  const fields = Object.entries(map.properties!);
  const inner: string[] = [];
  const rows = fields.map(([key, field]) => {
    const within = inside(field, path === "" ? key : `${path}.${key}`);
    const known = within && shown.get(JSON.stringify(within.map));
    if (within && known === undefined) {
      shown.set(JSON.stringify(within.map), within.path);
      inner.push(...tables(within.map, within.path, shown));
    }
    const type = within
      ? `${field.items ? "list of " : ""}[${known ?? within.path}](#${slug(known ?? within.path)})`
      : typeOf(field);
    const presence = map.required?.includes(key) ? "always" : "sometimes";
    return `| \`${key}\` | ${field.description} | ${type} | ${presence} |\n`;
  });
  const heading = path === "" ? "" : `## \`${path}\`\n\n`;
  return [`${heading}| key | meaning | type | there |\n|---|---|---|---|\n${rows.join("")}`, ...inner];
}

const words: Record<string, string> = { integer: "whole number", string: "text", boolean: "true or false" };

function typeOf({ const: only, enum: values, items, type = "" }: Field): string {
  if (only !== undefined) return `\`${only}\``;
  if (values) return values.map((value) => `\`${value}\``).join(", ");
  if (items) return `list of ${typeOf(items)}`;
  return words[type] ?? type;
}
