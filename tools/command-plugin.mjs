import { existsSync } from "node:fs";
import { join } from "node:path";
import { pulumiEnvironment, pulumiHome, versions } from "./environment.mjs";
import { downloads } from "./pulumi-downloads.mjs";
import { putInPlace } from "./put-in-place.mjs";
import { run } from "./run.mjs";
import { installStandIn } from "./stand-in.mjs";

const folder = () => join(pulumiHome().path, "plugins", `resource-command-v${versions.command}`);

export const commandPlugin = {
  name: `command plugin ${versions.command}`,
  state: () =>
    existsSync(folder())
      ? { preset: "yours", official: "official", standin: "stand-in" }[pulumiHome().kind]
      : undefined,
  async install(report) {
    const { kind, path } = pulumiHome();
    if (kind === "standin")
      return putInPlace(folder(), (plugin) =>
        installStandIn("command-provider", join(plugin, "pulumi-resource-command")),
      );
    const args = ["plugin", "install", "resource", "command", versions.command];
    if (kind === "preset") throw new Error(`not in PULUMI_HOME=${path}; type: pulumi ${args.join(" ")}`);
    const mirror = process.env.BERTH_PULUMI_DOWNLOADS ? ["--server", `${downloads()}/releases/plugins`] : [];
    await run("pulumi", [...args, ...mirror], { report, env: pulumiEnvironment() });
  },
};
