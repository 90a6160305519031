import { type Field, withoutIt } from "./fields";

/** The schema as editors read it: all that is known of a field is in the text they show beside it. */
export function editorSchema(whole: Field): object {
  const { allowed, absent, example, description, ...field } = whole;
  const otherwise = withoutIt(whole);
  const text = [description, allowed && `Allowed: ${allowed}`, otherwise && `Default: ${otherwise}`];
  return {
    ...field,
    ...(description && { description: `${text.filter(Boolean).join(". ")}.` }),
    ...(example !== undefined && { examples: [example] }),
    ...(field.properties && {
      properties: Object.fromEntries(
        Object.entries(field.properties).map(([key, inner]) => [key, editorSchema(inner)]),
      ),
    }),
    ...within(field, "items"),
    ...within(field, "additionalProperties"),
    ...within(field, "propertyNames"),
    ...(field.anyOf && { anyOf: field.anyOf.map(editorSchema) }),
  };
}

function within(field: Field, key: "items" | "additionalProperties" | "propertyNames"): object {
  const inner = field[key];
  return typeof inner === "object" ? { [key]: editorSchema(inner) } : {};
}
