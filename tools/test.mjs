import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout, kubernetesPath, pythonPath, rayPythonPath } from "./environment.mjs";
import { withProgress } from "./progress.mjs";
import { run } from "./run.mjs";

const bin = (name) => join(checkout, "node_modules", ".bin", name);
const workloads = join(checkout, "workloads");
const python = (module, ...args) => ({
  command: pythonPath(),
  args: ["-m", module, ...args],
  cwd: workloads,
});

const rayPython = (...args) => ({ ...python(...args), command: rayPythonPath() });

/** Programs for Ray clusters. Each is checked by itself: all have a `main`, and run with their folder as the path. */
const rayPrograms = ["cognition", "arena"];
const rayTestsOfSupervisor = readdirSync(join(workloads, "tests", "supervisor"))
  .filter((file) => file.startsWith("test_ray_"))
  .map((file) => join("tests", "supervisor", file));

const ruffArgs = ["--config=pyproject.toml", ".", join("..", "bench", "ray")];

/** Each counts as one test: passed if the program ends well. */
const checks = [
  { name: "format and lint", command: bin("biome"), args: ["check", "."] },
  { name: "types", command: bin("tsc"), args: ["-p", "test/tsconfig.json"] },
  { name: "Python format", ...python("ruff", "format", "--check", ...ruffArgs) },
  { name: "Python lint", ...python("ruff", "check", ...ruffArgs) },
  { name: "Python types", ...python("mypy", ".") },
  ...rayPrograms.map((name) => ({
    name: `Python types of ${name}`,
    ...python(
      "mypy",
      "--config-file=",
      "--strict",
      "--python-executable",
      rayPythonPath(),
      name,
      join("tests", name),
    ),
  })),
];

const pytest = (name, run) => ({
  name,
  ...run,
  report: (file) => [`--junitxml=${file}`],
  count: countJunit,
});
const vitest = (name) => ({
  name,
  command: "npm",
  args: ["run", "--silent", `test:${name}`, "--"],
  report: (file) => ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`],
  count: countVitest,
});
/** Each writes a report that says how many tests passed and failed. What stands in one row runs at the same time. */
const suites = [
  [vitest("unit"), pytest("pytest", python("pytest"))],
  ...rayPrograms.map((name) => [pytest(`pytest ${name}`, rayPython("pytest", join("tests", name)))]),
  [pytest("pytest Ray nodes", python("pytest", ...rayTestsOfSupervisor))],
  [vitest("conformance")],
  [vitest("integration")],
];

const reports = mkdtempSync(join(tmpdir(), "berth-test-"));
let [passed, failed] = [0, 0];
try {
  if (await show(process.execPath, [join(checkout, "tools", "setup.mjs"), "--tests"])) {
    for (const check of checks) tally(await runCheck(check));
    for (const row of suites) await runRow(row);
    // Set-up has built it where nothing may be skipped.
    if (existsSync(kubernetesPath())) await runRow([vitest("kubernetes")]);
    else
      console.log(
        "\nkubernetes\n  skipped: its programs are not built; to have it:  npm run setup -- --kubernetes",
      );
  } else failed++;
} finally {
  rmSync(reports, { recursive: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function tally(counts) {
  passed += counts.passed;
  failed += counts.failed;
}

async function runCheck({ name, command, args, cwd = checkout }) {
  try {
    await withProgress(name, (report) => run(command, args, { cwd, report, lastLines: 200 }));
    console.log(`  ✓ ${name}`);
    return { passed: 1, failed: 0 };
  } catch (error) {
    console.log(`  ✗ ${name}\n${error.message}`);
    return { passed: 0, failed: 1 };
  }
}

/** The first shows its output as it comes, the others when they and those before them are done. */
async function runRow([first, ...others]) {
  const running = others.map(async (suite) => {
    let output = "";
    const counts = await runSuite(suite, (text) => {
      output += text;
    });
    return { counts, output };
  });
  tally(await runSuite(first));
  for (const suite of running) {
    const { counts, output } = await withProgress("what runs beside", () => suite);
    process.stdout.write(output);
    tally(counts);
  }
}

/** Without `say` the output goes where ours goes, colours and all. */
async function runSuite({ name, command, args, cwd, report, count }, say) {
  const file = join(reports, name);
  const line = (text) => (say ? say(`${text}\n`) : console.log(text));
  line(`\n${name}`);
  const isGreen = await show(command, [...args, ...report(file)], cwd, say);
  const counts = count(file);
  // A suite that ended badly without a failed test, or ran none, has failed as a whole.
  const isSilent = counts.failed === 0 && (!isGreen || counts.passed === 0);
  if (isSilent) line(`  ✗ ${name}: ${isGreen ? "no test ran" : "ended with an error"}`);
  return isSilent ? { ...counts, failed: 1 } : counts;
}

/** Runs a program; resolves with whether it ended well. */
function show(command, args, cwd = checkout, say = undefined) {
  return new Promise((resolve) => {
    const stdio = say ? "pipe" : "inherit";
    const child = spawn(command, args, { cwd, stdio: ["ignore", stdio, stdio] });
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", say);
    child.on("error", (error) => {
      (say ?? console.error)(error.message);
      resolve(false);
    });
    child.on("close", (code) => resolve(code === 0));
  });
}

function countVitest(file) {
  const { numPassedTests, numFailedTests } = JSON.parse(readReport(file) || "{}");
  return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0 };
}

function countJunit(file) {
  const suite = /<testsuite [^>]*>/.exec(readReport(file))?.[0] ?? "";
  const [tests, failures, errors, skipped] = ["tests", "failures", "errors", "skipped"].map((name) =>
    Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0),
  );
  return { passed: tests - failures - errors - skipped, failed: failures + errors };
}

function readReport(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
