import { type Field, inside, inYaml, type Kind, withoutIt } from "./fields";
import { slug } from "./slug";

/** The page about one kind of file: a table for every map in it. */
export function page(kind: Kind, fields: Field): string {
  const rules = [
    ...(fields.additionalProperties === false ? ["An unknown key is an error."] : []),
    ...(JSON.stringify(fields).includes("_gb") ? ["Sizes are GB of 10⁹ bytes."] : []),
    "Made from the schemas in `topology/` by `npm run docs`: change it there.",
  ];
  return `# The ${kind} file

${fields.description}. ${rules.join(" ")}

Editors with a YAML language server show these texts and check while you type, in a file that starts with this line (the
path goes from that file):

\`\`\`yaml
# yaml-language-server: $schema=${kind === "stack" ? ".." : "../.."}/docs/reference/${kind}.schema.json
\`\`\`

${tables(fields, "").join("\n")}`;
}

function tables(map: Field, path: string): string[] {
  const fields = Object.entries(map.properties!);
  const heading = path === "" ? "" : `## \`${path}\`\n\n`;
  const rows = fields.map(([key, field]) => row(key, field, map, path));
  return [
    `${heading}| key | meaning | allowed | default | example |\n|---|---|---|---|---|\n${rows.join("")}`,
    ...fields.flatMap(([key, field]) => {
      const inner = inside(field, within(path, key));
      return inner ? tables(inner.map, inner.path) : [];
    }),
  ];
}

function within(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function row(key: string, field: Field, map: Field, path: string): string {
  const inner = inside(field, within(path, key));
  const example = inner ? `[below](#${slug(inner.path)})` : inYaml(field.example);
  const absence = map.required?.includes(key) ? "must be written" : withoutIt(field);
  return `| \`${key}\` | ${field.description} | ${field.allowed} | ${absence} | ${example} |\n`;
}
