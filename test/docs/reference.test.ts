// The reference is fresh and complete, and its JSON Schemas are of one mind with the loader about shapes. What fields say about
// each other and about other files only the loader knows.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Ajv from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editorSchema } from "../../docs/editor-schema";
import { type Field, fieldsOf, inside, type Kind, schemas } from "../../docs/fields";
import { reference } from "../../docs/reference";
import { Source } from "../../topology/source";

const kinds = Object.keys(schemas) as Kind[];
const folder = "docs/reference";
const ajv = new Ajv({ allowUnionTypes: true });
const validators = Object.fromEntries(
  kinds.map((kind) => [
    kind,
    ajv.compile(JSON.parse(readFileSync(join(folder, `${kind}.schema.json`), "utf8"))),
  ]),
) as Record<Kind, ReturnType<Ajv["compile"]>>;

it("is what `npm run docs` writes", () => {
  const committed = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")]);
  expect(Object.fromEntries(committed)).toEqual(reference());
});

describe.each(kinds)("%s: every field", (kind) => {
  it.each(everyField(fieldsOf(kind), ""))("%s", (_, field, isRequired) => {
    expect(field.description).toMatch(/^\S.*[^.\s]$/);
    expect(field.allowed).toMatch(/^\S.*\S$/);
    expect([isRequired, field.default !== undefined, field.absent !== undefined].filter(Boolean)).toEqual([
      true,
    ]);
    if (inside(field, "")) return;
    expect(ajv.validate(editorSchema(field), field.example)).toBe(true);
  });
});

const shipped = ["stacks", "stacks/clusters", "stacks/scenarios"].flatMap((directory) =>
  readdirSync(directory)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => join(directory, file)),
);

describe("every YAML file in stacks/", () => {
  it.each(shipped)("%s names its schema and fits it", (file) => {
    const [, path] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(file, "utf8"))!;
    const kind = kinds.find((one) => join(dirname(file), path!) === join(folder, `${one}.schema.json`));
    validators[kind!](Source.read(file).value);
    expect(validators[kind!].errors).toBe(null);
  });
});

describe("the JSON Schema and the loader", () => {
  it.each(kinds)("take and refuse the same %s files", (kind) => {
    const count = { good: 0, bad: 0 };
    fc.assert(
      fc.property(fc.array(change, { maxLength: 2 }), (changes) => {
        const value = changes.reduce(changed, allExamples(fieldsOf(kind)));
        const isGood = schemas[kind].safeParse(value).success;
        count[isGood ? "good" : "bad"]++;
        expect(validators[kind](value), JSON.stringify(value)).toBe(isGood);
      }),
      { numRuns: 600, seed: 4 },
    );
    expect(Math.min(count.good, count.bad)).toBeGreaterThan(50);
  });
});

/** A file with every field in it. */
function allExamples(field: Field): unknown {
  if (field.properties)
    return Object.fromEntries(
      Object.entries(field.properties).map(([key, inner]) => [key, allExamples(inner)]),
    );
  const inner = inside(field, "");
  if (!inner) return field.example;
  return field.items ? [allExamples(inner.map)] : { "some.name": allExamples(inner.map) };
}

const oddities = [
  ...[null, true, 0, -1, 1.5, 22, 1e9, Number.NaN, Number.POSITIVE_INFINITY, [], ["a"], [1], {}, { a: 1 }],
  ...[
    "",
    "a",
    "yes",
    "12",
    "../x",
    "~/x",
    "BERTH_X",
    "-a",
    "a\nb",
    "HEALTHY",
    "x".repeat(64),
    "ssh-rsa AAAA c",
  ],
];

interface Change {
  at: number;
  how: "replace" | "remove" | "add";
  key: string;
  value: unknown;
}

const change = fc.record<Change>({
  at: fc.nat(),
  how: fc.constantFrom("replace" as const, "remove" as const, "add" as const),
  key: fc.constantFrom("colour", "ram_gb", "a b", "1"),
  value: fc.constantFrom<unknown>(...oddities),
});

/** A copy with one thing replaced, removed or added, anywhere in it. */
function changed(value: unknown, { at, how, key, value: odd }: Change): unknown {
  const copy = structuredClone({ value });
  const slots: [object, string][] = [];
  const visit = (map: object) => {
    for (const [inner, part] of Object.entries(map)) {
      slots.push([map, inner]);
      if (typeof part === "object" && part !== null) visit(part);
    }
  };
  visit(copy);
  const [map, slot] = slots[at % slots.length]! as [Record<string, unknown>, string];
  if (how === "remove") Array.isArray(map) ? map.splice(Number(slot), 1) : delete map[slot];
  else if (how === "add" && !Array.isArray(map)) map[key] = odd;
  else map[slot] = odd;
  return copy.value;
}

/** Path, field, and whether its map requires it. */
function everyField(map: Field, path: string): [string, Field, boolean][] {
  return Object.entries(map.properties!).flatMap(([key, field]) => {
    const own = path === "" ? key : `${path}.${key}`;
    const inner = inside(field, own);
    return [
      [own, field, map.required?.includes(key) ?? false],
      ...(inner ? everyField(inner.map, inner.path) : []),
    ] as [string, Field, boolean][];
  });
}
