import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout, homePath, pulumiHome, versions } from "./environment.mjs";
import { goFor } from "./go.mjs";
import { areOpen, cliArchive, knownClosed } from "./pulumi-downloads.mjs";
import { putInPlace } from "./put-in-place.mjs";
import { run } from "./run.mjs";
import { installStandIn } from "./stand-in.mjs";

const origin = {
  official: "official",
  standin: "genuine, built from its Go modules (downloads are closed here)",
};

/** The `pulumi` program and, beside it, the language host for Node. */
export const pulumiCli = {
  name: `Pulumi CLI ${versions.pulumi}`,
  state() {
    const home = pulumiHome();
    if (home?.kind === "preset") return `yours: PULUMI_HOME=${home.path}`;
    // Stand-ins count only while it is known that the official parts cannot be had.
    return home?.kind === "official" || (home && knownClosed()) ? origin[home.kind] : undefined;
  },
  async install(report) {
    if (await areOpen()) return putInPlace(join(homePath("official"), "bin"), (bin) => download(bin, report));
    const bin = join(homePath("standin"), "bin");
    if (!existsSync(bin)) await putInPlace(bin, (folder) => build(folder, report));
  },
};

export const languageHost = {
  name: "Node language host",
  state: () => ({ preset: "yours", official: "official", standin: "stand-in" })[pulumiHome().kind],
};

async function download(bin, report) {
  report(cliArchive());
  const { ok, status, body } = await fetch(cliArchive());
  if (!ok) throw new Error(`${cliArchive()}: answered ${status}`);
  const archive = join(bin, "pulumi.tar.gz");
  await writeFile(archive, body);
  await run("tar", ["-xzf", archive, "-C", bin, "--strip-components=1"]);
  await rm(archive);
}

async function build(bin, report) {
  const module = join(checkout, "tools", "pulumi-cli");
  const version = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${versions.pulumi}`;
  const program = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
  const go = await goFor(module, report);
  await run(go, ["build", "-v", "-ldflags", `-s -w ${version}`, "-o", join(bin, "pulumi"), program], {
    cwd: module,
    env: { ...process.env, CGO_ENABLED: "0" },
    report: (step) => report(`building it, once, takes some minutes: ${step}`),
  });
  installStandIn("language-host", join(bin, "pulumi-language-nodejs"));
}
