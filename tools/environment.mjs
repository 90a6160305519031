import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of this checkout. */
export const checkout = dirname(dirname(fileURLToPath(import.meta.url)));

/** Versions that package.json pins: what is set up follows from there. */
export const versions = (() => {
  const { dependencies, engines } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"));
  return {
    nodeMajor: Number(/\d+/.exec(engines.node)[0]),
    pulumi: dependencies["@pulumi/pulumi"],
    command: dependencies["@pulumi/command"],
    kubernetes: dependencies["@pulumi/kubernetes"],
  };
})();

/** Where set-up keeps what all clones share. */
export function cacheDir() {
  const { BERTH_CACHE, XDG_CACHE_HOME } = process.env;
  return BERTH_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "berth");
}

/**
 * The PULUMI_HOME in use and where its parts come from: "preset" (the caller's own PULUMI_HOME, if it has a bin/pulumi),
 * "official" or "standin"; `undefined` before set-up.
 */
export function pulumiHome() {
  const { PULUMI_HOME } = process.env;
  const candidates = [
    ...(PULUMI_HOME ? [{ kind: "preset", path: PULUMI_HOME }] : []),
    { kind: "official", path: homePath("official") },
    { kind: "standin", path: homePath("standin") },
  ];
  return candidates.find(({ path }) => existsSync(join(path, "bin", "pulumi")));
}

/** Where the project's own PULUMI_HOME of a kind lies. */
export const homePath = (kind) => join(cacheDir(), `pulumi-${versions.pulumi}-${kind}`);

/** Environment in which `pulumi` is this project's, with its plugins, and asks nobody for updates. */
export function pulumiEnvironment(extra = {}) {
  const home = pulumiHome();
  if (!home) throw new Error("Pulumi is not set up; run: npm run setup");
  return {
    ...process.env,
    PULUMI_HOME: home.path,
    PATH: [join(home.path, "bin"), process.env.PATH].join(delimiter),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // Stand-ins lie in the checkout, beside the npm modules they need: a clone may go, the cache stays.
    BERTH_STANDINS: join(checkout, "tools", "standins"),
    ...extra,
  };
}

/** Python that has the tools of tools/requirements.txt, for `npm test`: run as `python -m pytest`. */
export const pythonPath = () => pythonOf("python", "requirements.txt");

/** Python that has Ray and all of tools/requirements-ray.txt, once `npm run setup -- --ray` was run; `ray` lies beside it. */
export const rayPythonPath = () => pythonOf("ray", "requirements-ray.txt");

/** Folder of a control plane's programs and, in `crds`, KubeRay's and kwok's definitions, once `npm run setup -- --kubernetes` was run. */
export const kubernetesPath = () =>
  keyed(
    "kubernetes",
    ["kubernetes", "kwok"].flatMap((module) => ["go.mod", "go.sum"].map((file) => join(module, file))),
  );

const pythonOf = (name, requirements) => join(keyed(name, [requirements]), "bin", "python");

/** A folder of the cache for what follows from these files of `tools/`, and nothing else. */
function keyed(name, files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(join(checkout, "tools", file)));
  return join(cacheDir(), `${name}-${hash.digest("hex").slice(0, 12)}`);
}
