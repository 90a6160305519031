import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkout, pythonPath, rayPythonPath } from "./environment.mjs";
import { putInPlace } from "./put-in-place.mjs";
import { run } from "./run.mjs";

const requirements = join(checkout, "tools", "requirements-ray.txt");

/** Ray for the tests and benchmarks of what runs on Ray clusters, and for nobody else: it is 600 MB. */
export const rayTools = {
  name: "Ray",
  state: () => existsSync(rayPythonPath()) && version(),
  install: (report) =>
    putInPlace(dirname(dirname(rayPythonPath())), async (folder) => {
      // The certificates that this computer trusts, as pip does: not uv's own.
      const env = { UV_NATIVE_TLS: "1", ...process.env };
      const uv = (...args) => run(pythonPath(), ["-m", "uv", ...args], { report, env });
      // Relocatable: the folder is renamed when it is complete.
      await uv("venv", "--relocatable", "--python", pythonPath(), folder);
      await uv("pip", "install", "--python", join(folder, "bin", "python"), "-r", requirements);
    }),
};

function version() {
  const program = "from importlib.metadata import version; print(version('ray'))";
  return spawnSync(rayPythonPath(), ["-c", program], { encoding: "utf8" }).stdout.trim();
}
