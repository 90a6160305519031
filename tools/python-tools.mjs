import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkout, pythonPath } from "./environment.mjs";
import { putInPlace } from "./put-in-place.mjs";
import { run } from "./run.mjs";

const requirements = join(checkout, "tools", "requirements.txt");

export const pythonTools = {
  name: "Python tools",
  state: () => existsSync(pythonPath()) && readFileSync(requirements, "utf8").trim().replaceAll("\n", ", "),
  install: (report) =>
    putInPlace(dirname(dirname(pythonPath())), async (folder) => {
      await run("python3", ["-m", "venv", folder], { report });
      // Called as modules (`python -m pytest`), so that the folder may be renamed.
      await run(join(folder, "bin", "python"), ["-m", "pip", "install", "-r", requirements], { report });
    }),
};
