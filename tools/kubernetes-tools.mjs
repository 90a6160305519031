import { cpSync, existsSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { checkout, kubernetesPath } from "./environment.mjs";
import { goFor } from "./go.mjs";
import { putInPlace } from "./put-in-place.mjs";
import { run } from "./run.mjs";

/** Two modules: kwok requires other versions of Kubernetes' libraries than Kubernetes. */
const control = join(checkout, "tools", "kubernetes");
const kwok = join(checkout, "tools", "kwok");
const kuberay = "github.com/ray-project/kuberay/ray-operator";

/** A Kubernetes without containers for the tests and the demo, and for nobody else: it takes minutes to build. */
export const kubernetesTools = {
  name: "Kubernetes",
  state: () =>
    existsSync(kubernetesPath()) &&
    `${version(control, "k8s.io/kubernetes")}, KubeRay ${version(control, kuberay)}, kwok ${version(kwok, "sigs.k8s.io/kwok")}, built from their Go modules`,
  install: (report) =>
    putInPlace(kubernetesPath(), async (folder) => {
      await build(control, folder, report);
      await build(kwok, folder, report);
      renameSync(join(folder, "server"), join(folder, "etcd"));
      await keepDefinitions(control, kuberay, "config/crd/bases", folder);
      await keepDefinitions(kwok, "sigs.k8s.io/kwok", "kustomize/crd/bases", folder);
    }),
};

/** `tool` in a go.mod names the programs; a version that is compiled in is what the API server says of itself. */
async function build(module, folder, report) {
  const stamp = `-X k8s.io/component-base/version.gitVersion=v${version(control, "k8s.io/kubernetes")}`;
  const go = await goFor(module, report);
  await run(go, ["build", "-v", "-trimpath", "-ldflags", `-s -w ${stamp}`, "-o", `${folder}/`, "tool"], {
    cwd: module,
    env: { ...process.env, CGO_ENABLED: "0" },
    report: (step) => report(`building it, once, takes some minutes: ${step}`),
  });
}

/** Custom resource definitions are no part of a program; they lie in its module. */
async function keepDefinitions(module, name, path, folder) {
  const { Dir } = JSON.parse(
    await run(await goFor(module, () => {}), ["list", "-m", "-json", name], { cwd: module }),
  );
  for (const file of readdirSync(join(Dir, path)).filter((file) => file.endsWith(".yaml")))
    cpSync(join(Dir, path, file), join(folder, "crds", file));
}

function version(module, name) {
  const text = readFileSync(join(module, "go.mod"), "utf8");
  return new RegExp(`^\\s*(?:require )?${name} v(\\S+)`, "m").exec(text)[1];
}
