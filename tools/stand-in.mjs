import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "./environment.mjs";

/** Writes the executable `file` that runs the stand-in tools/standins/NAME of whichever checkout is in use. */
export function installStandIn(name, file) {
  const launcher = readFileSync(join(checkout, "tools", "standins", "launcher.sh"), "utf8");
  writeFileSync(file, launcher.replace("NAME", name), { mode: 0o755 });
}
