// Where Pulumi's parts come from, against a stand-in of the download server: it proves the choice and the calls, not that the
// real server answers so.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { homePath, pulumiEnvironment, pulumiHome, versions } from "../../tools/environment.mjs";
import { pluginProgram, plugins } from "../../tools/plugins.mjs";
import { languageHost, pulumiCli } from "../../tools/pulumi-cli.mjs";
import { areOpen, knownClosed } from "../../tools/pulumi-downloads.mjs";

let folder: string;
let server: Server;
const asked: string[] = [];
const silent = () => {};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "berth-tools-"));
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end(request.method === "GET" ? readFileSync(join(folder, "pulumi.tar.gz")) : undefined);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  vi.stubEnv("PULUMI_HOME", undefined);
  vi.stubEnv("BERTH_CACHE", join(folder, "cache"));
  vi.stubEnv("BERTH_PULUMI_DOWNLOADS", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(() => {
  server.close();
  vi.unstubAllEnvs();
  vi.useRealTimers();
  asked.length = 0;
  rmSync(folder, { recursive: true });
});

/** A program that notes how it is called. */
function script(file: string): void {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "$PULUMI_HOME: $*" >> ${folder}/calls\n`, { mode: 0o755 });
}

function closeDownloads(): void {
  vi.stubEnv("BERTH_PULUMI_DOWNLOADS", "http://127.0.0.1:1");
}

test("open downloads: the official parts, even where stand-ins are there already", async () => {
  script(join(folder, "pulumi", "pulumi"));
  execFileSync("tar", ["-czf", "pulumi.tar.gz", "pulumi"], { cwd: folder });
  script(join(homePath("standin"), "bin", "pulumi"));
  expect([pulumiHome()?.kind, pulumiCli.state()]).toEqual(["standin", undefined]);

  await pulumiCli.install(silent);
  for (const plugin of plugins) await plugin.install(silent);

  const archive = `/releases/sdk/pulumi-v${versions.pulumi}-${process.platform}-${process.arch}.tar.gz`;
  expect(asked).toEqual([`HEAD ${archive}`, `GET ${archive}`]);
  expect([pulumiCli.state(), languageHost.state()]).toEqual(["official", "official"]);
  expect(readFileSync(join(folder, "calls"), "utf8")).toBe(
    (["command", "kubernetes"] as const)
      .map(
        (name) =>
          `${homePath("official")}: plugin install resource ${name} ${versions[name]} --server ${process.env.BERTH_PULUMI_DOWNLOADS}/releases/plugins\n`,
      )
      .join(""),
  );
});

test("closed downloads: stand-ins, and nobody is asked again for a day", async () => {
  closeDownloads();
  expect([await areOpen(), knownClosed()]).toEqual([false, true]);
  script(join(homePath("standin"), "bin", "pulumi"));
  expect(pulumiCli.state()).toBe("genuine, built from its Go modules (downloads are closed here)");
  const states = () => plugins.map((plugin) => plugin.state());
  expect([languageHost.state(), ...states()]).toEqual(["stand-in", undefined, undefined]);
  for (const plugin of plugins) await plugin.install(silent);
  expect(states()).toEqual(["stand-in", "stand-in"]);
  expect(readFileSync(pluginProgram("kubernetes"), "utf8")).toMatch(
    /\/kubernetes-provider\/main\.cjs" "\$@"\n$/,
  );

  vi.useFakeTimers({ now: Date.now() + 25 * 60 * 60 * 1000 });
  expect([knownClosed(), pulumiCli.state()]).toEqual([false, undefined]);
});

test("a PULUMI_HOME of the caller's is used as it is", async () => {
  const home = join(folder, "own");
  vi.stubEnv("PULUMI_HOME", home);
  expect(() => pulumiEnvironment()).toThrow("Pulumi is not set up; run: npm run setup");
  script(join(home, "bin", "pulumi"));
  expect(pulumiCli.state()).toBe(`yours: PULUMI_HOME=${home}`);
  expect(pulumiEnvironment({ EXTRA: "1" })).toMatchObject({
    PULUMI_HOME: home,
    PATH: `${home}/bin:${process.env.PATH}`,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    EXTRA: "1",
  });
  for (const { name, install } of plugins) {
    const [plugin, , version] = name.split(" ");
    await expect(install(silent)).rejects.toThrow(
      `not in PULUMI_HOME=${home}; type: pulumi plugin install resource ${plugin} ${version}`,
    );
  }
});

test("what is built from Go modules has the version that package.json pins", () => {
  const module = readFileSync("tools/pulumi-cli/go.mod", "utf8");
  expect(/pulumi\/pkg\/v3 v(\S+)/.exec(module)?.[1]).toBe(versions.pulumi);
});
