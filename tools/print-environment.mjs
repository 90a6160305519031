import { join } from "node:path";
import { pulumiEnvironment } from "./environment.mjs";

/** Program (`eval "$(npm run --silent env)"`): what a shell needs to run this project's `pulumi` by hand. */
const { PATH: _, ...environment } = pulumiEnvironment();
const quoted = (value) => `'${value.replaceAll("'", "'\\''")}'`;
for (const [name, value] of Object.entries(environment))
  if (value !== process.env[name]) console.log(`export ${name}=${quoted(value)}`);
console.log(`export PATH=${quoted(join(environment.PULUMI_HOME, "bin"))}:"$PATH"`);
