import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { reference } from "./reference";

for (const [file, text] of Object.entries(reference())) {
  writeFileSync(join(__dirname, "reference", file), text);
}
