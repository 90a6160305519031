import { join } from "node:path";
import { cacheDir } from "./environment.mjs";
import { kubernetesTools } from "./kubernetes-tools.mjs";
import { withLock } from "./lock.mjs";
import { nodeModules } from "./node-modules.mjs";
import { nodeVersion } from "./node-version.mjs";
import { plugins } from "./plugins.mjs";
import { withProgress } from "./progress.mjs";
import { languageHost, pulumiCli } from "./pulumi-cli.mjs";
import { pythonTools } from "./python-tools.mjs";
import { rayTools } from "./ray-tools.mjs";
import {
  isolatedLabPackages,
  pageTestPackages,
  rayTestPackages,
  systemPackages,
} from "./system-packages.mjs";
import { tryTwice } from "./try-twice.mjs";

/** In this order: `state()` says what is there, nothing when it is not; `install(report)` brings it. */
const parts = [nodeVersion, systemPackages, nodeModules, pulumiCli, languageHost, ...plugins, pythonTools];
const isFor = (what) => process.argv.includes(`--${what}`);
if (isFor("tests") || isFor("ray")) parts.push(rayTools);
// Building it takes minutes: once it is there it is used, and where nothing may be skipped.
const isWholeRun = process.env.CI === "true" || process.env.BERTH_NO_SKIP === "1";
if (isFor("kubernetes") || (isFor("tests") && (isWholeRun || kubernetesTools.state())))
  parts.push(kubernetesTools);
// Only root can have an isolated lab, and gets Redis for the Ray tests and a browser for the page's unasked; others' tests are skipped without.
if (isFor("tests") && process.getuid?.() === 0)
  parts.splice(2, 0, isolatedLabPackages, rayTestPackages, pageTestPackages);

console.log(`Set-up (shared parts lie in ${cacheDir()})`);
try {
  for (const part of parts) {
    if (!part.state())
      await withProgress(part.name, (report) =>
        withLock(
          join(cacheDir(), "setup.lock"),
          () => part.state() || tryTwice(async () => part.install(report), report),
          (pid) => report(`waiting for another set-up, process ${pid}`),
        ),
      );
    console.log(`  ✓ ${part.name.padEnd(25)} ${part.state()}`);
  }
} catch (error) {
  console.error(`  ✗ ${error.message}`);
  process.exitCode = 1;
}
