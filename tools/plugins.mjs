import { existsSync } from "node:fs";
import { join } from "node:path";
import { pulumiEnvironment, pulumiHome, versions } from "./environment.mjs";
import { downloads } from "./pulumi-downloads.mjs";
import { putInPlace } from "./put-in-place.mjs";
import { run } from "./run.mjs";
import { installStandIn } from "./stand-in.mjs";

/** The provider plugins that Berth's resources need. */
export const plugins = ["command", "kubernetes"].map(plugin);

/** The executable of a plugin, official or not, in the PULUMI_HOME in use. */
export const pluginProgram = (name) => join(folderOf(name), `pulumi-resource-${name}`);

const folderOf = (name) => join(pulumiHome()?.path ?? "", "plugins", `resource-${name}-v${versions[name]}`);

/** The part of set-up that brings a plugin in the version of its npm package: the official one, or our stand-in. */
function plugin(name) {
  return {
    name: `${name} plugin ${versions[name]}`,
    state: () =>
      existsSync(folderOf(name))
        ? { preset: "yours", official: "official", standin: "stand-in" }[pulumiHome().kind]
        : undefined,
    async install(report) {
      const { kind, path } = pulumiHome();
      if (kind === "standin")
        return putInPlace(folderOf(name), (folder) =>
          installStandIn(`${name}-provider`, join(folder, `pulumi-resource-${name}`)),
        );
      const args = ["plugin", "install", "resource", name, versions[name]];
      if (kind === "preset") throw new Error(`not in PULUMI_HOME=${path}; type: pulumi ${args.join(" ")}`);
      const mirror = process.env.BERTH_PULUMI_DOWNLOADS
        ? ["--server", `${downloads()}/releases/plugins`]
        : [];
      await run("pulumi", [...args, ...mirror], { report, env: pulumiEnvironment() });
    },
  };
}
