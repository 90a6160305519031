import { editorSchema } from "./editor-schema";
import { fieldsOf, type Kind, schemas } from "./fields";
import { page } from "./page";
import { planPage, planSchema } from "./plan-page";

/** Every file of docs/reference/ by its name. */
export function reference(): Record<string, string> {
  const ofFiles = Object.fromEntries(
    (Object.keys(schemas) as Kind[]).flatMap((kind) => {
      const fields = fieldsOf(kind);
      return [
        [`${kind}.md`, page(kind, fields)],
        [`${kind}.schema.json`, json(editorSchema(fields))],
      ];
    }),
  );
  return { ...ofFiles, "plan.md": planPage(), "plan.schema.json": json(planSchema()) };
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
