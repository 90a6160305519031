import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gallery } from "./gallery";
import { policies } from "./policies";
import { reference } from "./reference";

/** Program (`npm run docs`): writes what is made from the code. */
async function main(): Promise<void> {
  for (const [file, text] of Object.entries(reference()))
    writeFileSync(join(__dirname, "reference", file), text);
  for (const [file, text] of Object.entries(await gallery())) writeFileSync(join(__dirname, file), text);
  writeFileSync(join(__dirname, "policies.md"), await policies());
}

void main();
