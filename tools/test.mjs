import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout, pythonPath } from "./environment.mjs";
import { withProgress } from "./progress.mjs";
import { run } from "./run.mjs";

const bin = (name) => join(checkout, "node_modules", ".bin", name);
const workloads = join(checkout, "workloads");
const python = (module, ...args) => ({
  command: pythonPath(),
  args: ["-m", module, ...args],
  cwd: workloads,
});

/** Each counts as one test: passed if the program ends well. */
const checks = [
  { name: "format and lint", command: bin("biome"), args: ["check", "."] },
  { name: "types", command: bin("tsc"), args: ["-p", "test/tsconfig.json"] },
  { name: "Python format", ...python("ruff", "format", "--check", ".") },
  { name: "Python lint", ...python("ruff", "check", ".") },
  { name: "Python types", ...python("mypy", ".") },
];

/** Each writes a report that says how many tests passed and failed. */
const suites = [
  { name: "pytest", ...python("pytest"), report: (file) => [`--junitxml=${file}`], count: countJunit },
  ...["unit", "conformance", "integration"].map((name) => ({
    name,
    command: "npm",
    args: ["run", "--silent", `test:${name}`, "--"],
    report: (file) => ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`],
    count: countVitest,
  })),
];

const reports = mkdtempSync(join(tmpdir(), "berth-test-"));
let [passed, failed] = [0, 0];
try {
  if (await show(process.execPath, [join(checkout, "tools", "setup.mjs"), "--tests"])) {
    for (const check of checks) tally(await runCheck(check));
    for (const suite of suites) tally(await runSuite(suite));
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

async function runSuite({ name, command, args, cwd, report, count }) {
  const file = join(reports, name);
  console.log(`\n${name}`);
  const isGreen = await show(command, [...args, ...report(file)], cwd);
  const counts = count(file);
  // A suite that ended badly without a failed test, or ran none, has failed as a whole.
  const isSilent = counts.failed === 0 && (!isGreen || counts.passed === 0);
  if (isSilent) console.log(`  ✗ ${name}: ${isGreen ? "no test ran" : "ended with an error"}`);
  return isSilent ? { ...counts, failed: 1 } : counts;
}

/** Runs a program with our own output; resolves with whether it ended well. */
function show(command, args, cwd = checkout) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", (error) => {
      console.error(error.message);
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
