import { editorSchema } from "./editor-schema";
import { fieldsOf, type Kind, schemas } from "./fields";
import { page } from "./page";

/** Every file of docs/reference/ by its name. */
export function reference(): Record<string, string> {
  return Object.fromEntries(
    (Object.keys(schemas) as Kind[]).flatMap((kind) => {
      const fields = fieldsOf(kind);
      return [
        [`${kind}.md`, page(kind, fields)],
        [`${kind}.schema.json`, `${JSON.stringify(editorSchema(fields), undefined, 2)}\n`],
      ];
    }),
  );
}
