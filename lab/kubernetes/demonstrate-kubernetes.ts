import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { green } from "picocolors";
import { berth, engineArgs, everything, explanation, home, say, show } from "../demo-steps";
import { openWorkspace } from "../workspace";
import { kubectl } from "./kubectl";
import { kubernetesLabDown, kubernetesLabServers, kubernetesLabUp } from "./kubernetes-lab";
import { allObjects, newObjects } from "./objects";
import { peakMemoryBytes } from "./peak-memory";

const stack = "brain-node";
const folder = join(home, "kubernetes");

/** `npm run demo -- --kubernetes`: a Ray cluster from preview to a checked nothing, on a Kubernetes without containers. */
export async function demonstrateKubernetes(): Promise<void> {
  await setUp();
  say(
    "A Kubernetes: API server, scheduler and KubeRay operator are real; the node is played, no pod really runs.",
  );
  const begun = Date.now();
  const lab = await kubernetesLabUp(folder, `stacks/clusters/${stack}.yaml`);
  show(`up after ${seconds(begun)}: ${Object.keys(kubernetesLabServers(lab)).join(", ")}`);
  await showObjects("nodes", "--label-columns=kubernetes.io/arch");
  const before = await allObjects(lab);
  const workspace = await openWorkspace({ directory: home, kubernetes: lab, stack });

  say("./berth preview: do the pods fit, beside the model that is served there, and what stays free?");
  await berth(workspace, "preview", engineArgs(), explanation());
  say("./berth up: namespace, token, quota, network policies and cluster; then wait for head and workers.");
  const created = Date.now();
  await berth(workspace, "up", engineArgs("--yes", "--skip-preview"), / created \(|^ +\+ \d/);
  show(`ready after ${seconds(created)}`);
  say("What the API server has, and what is left of each node.");
  await showObjects("pods", "--namespace=cognition", "--output=wide");
  await berth(workspace, "resources", [], everything);
  say("./berth destroy: the cluster first, and when its last pod is gone what they leaned on.");
  await berth(workspace, "destroy", engineArgs("--yes", "--skip-preview"), / deleted \(|^ +- \d/);
  const left = await newObjects(lab, before);
  if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
  const peaks = peakMemoryBytes(kubernetesLabServers(lab));
  await kubernetesLabDown(folder);
  rmSync(home, { recursive: true });
  const total = Object.values(peaks).reduce((sum, bytes) => sum + bytes, 0);
  console.log(
    green(
      `\n✔ nothing left: 0 objects, 0 processes, 0 files; the control plane took ${(total / 1e9).toFixed(1)} GB at most`,
    ),
  );

  async function showObjects(...args: string[]): Promise<void> {
    for (const line of (await kubectl(lab, ["get", ...args])).trimEnd().split("\n")) show(line);
  }
}

/** Beside what every demo needs; the first time it takes minutes. */
async function setUp(): Promise<void> {
  const { kubernetesPath } = await import("../../tools/environment.mjs");
  if (existsSync(kubernetesPath())) return;
  const { run } = await import("../../tools/run.mjs");
  await run(process.execPath, ["tools/setup.mjs", "--kubernetes"], { report: console.log });
}

const seconds = (since: number) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
