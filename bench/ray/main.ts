import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { rayPythonPath } from "../../tools/environment.mjs";

/** Program (`npm run bench:ray`): the benchmark itself is Python, and needs the one that has Ray. */
if (existsSync(rayPythonPath())) {
  const workloads = join(__dirname, "..", "..", "workloads");
  const path = [join(workloads, "arena"), join(workloads, "tests", "arena")].join(delimiter);
  const child = spawn(rayPythonPath(), [join(__dirname, "bench.py"), ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, PYTHONPATH: path, OMP_NUM_THREADS: "1" },
  });
  child.on("close", (code) => {
    process.exitCode = code ?? 1;
  });
} else {
  console.error("Ray is not set up; run: npm run setup -- --ray");
  process.exitCode = 1;
}
