import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { kubectl } from "../lab/kubernetes/kubectl";
import {
  type KubernetesLab,
  kubernetesLabDown,
  kubernetesLabServers,
  kubernetesLabUp,
} from "../lab/kubernetes/kubernetes-lab";
import { peakMemoryBytes } from "../lab/kubernetes/peak-memory";
import { openWorkspace, type Workspace } from "../lab/workspace";
import { median } from "./median";

const stack = "brain-node";
const where = ["--namespace=cognition", "raycluster/brain"];

/**
 * Program (`npm run bench:kubernetes`): the stack brain-node from preview to destroy on a real API server, scheduler and operator,
 * beside `kubectl apply` of the same manifests and `kubectl wait`, in turn in the same run; and the peak memory of the control plane.
 * Wall seconds of whole processes. No pod runs, so that images, Ray's own start and a kubelet are in none of them.
 */
async function main({ runs }: { runs: string }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "berth-bench-"));
  try {
    let lab: KubernetesLab | undefined;
    const up = await seconds(async () => {
      lab = await kubernetesLabUp(join(folder, "kubernetes"), `stacks/clusters/${stack}.yaml`);
    });
    const tasks = await contestants(folder, lab!);
    const taken = new Map([...tasks.keys()].map((name): [string, number[]] => [name, []]));
    for (let run = 0; run <= Number(runs); run++)
      for (const [name, task] of tasks) {
        const duration = await seconds(task);
        // The first round warms the caches.
        if (run > 0) taken.get(name)!.push(duration);
      }
    report(up, taken, peakMemoryBytes(kubernetesLabServers(lab!)));
  } finally {
    await kubernetesLabDown(join(folder, "kubernetes"));
    rmSync(folder, { recursive: true });
  }
}

/** In their order: each finds what the one before it has left. */
async function contestants(folder: string, lab: KubernetesLab): Promise<Map<string, () => Promise<unknown>>> {
  const berth = await openWorkspace({ directory: join(folder, "berth"), kubernetes: lab, stack });
  const yaml = join(folder, "yaml");
  const render = await openWorkspace({
    directory: join(folder, "render"),
    kubernetes: lab,
    stack,
    config: { "berth:render_yaml": yaml },
  });
  await pulumi(render, "up", "--yes", "--skip-preview");
  const files = ["--recursive", `--filename=${yaml}`];
  return new Map<string, () => Promise<unknown>>([
    ["kubectl apply", () => applied(lab, files)],
    ["kubectl delete", () => kubectl(lab, ["delete", ...files])],
    ["berth preview", () => pulumi(berth, "preview")],
    ["berth up", () => pulumi(berth, "up", "--yes", "--skip-preview")],
    ["berth up, no change", () => pulumi(berth, "up", "--yes", "--skip-preview", "--expect-no-changes")],
    ["berth destroy", () => pulumi(berth, "destroy", "--yes", "--skip-preview")],
  ]);
}

/** As who writes YAML does it: the namespace first, the rest at once, then wait for the cluster. */
async function applied(lab: KubernetesLab, files: readonly string[]): Promise<void> {
  await kubectl(lab, ["create", "namespace", "cognition"]);
  await kubectl(lab, ["apply", "--server-side", "--force-conflicts", ...files]);
  await kubectl(lab, ["wait", "--for=jsonpath={.status.state}=ready", ...where, "--timeout=120s"]);
}

async function pulumi(workspace: Workspace, ...args: string[]): Promise<void> {
  const { status, output } = await workspace.pulumi(args);
  if (status !== 0) throw new Error(output);
}

async function seconds(task: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  await task();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

function report(
  up: number,
  taken: ReadonlyMap<string, readonly number[]>,
  peaks: Readonly<Record<string, number>>,
): void {
  const rows = [...taken].map(([name, values]) => ({
    name,
    min_s: Math.min(...values),
    median_s: median(values),
    max_s: Math.max(...values),
    ratio_to_kubectl:
      median(values) / median(taken.get(/destroy|delete/.test(name) ? "kubectl delete" : "kubectl apply")!),
  }));
  console.log(`control plane up  ${up.toFixed(1)} s`);
  for (const { name, ...row } of rows) {
    const times = [row.min_s, row.median_s, row.max_s].map((value) => value.toFixed(2)).join(" / ");
    console.log(`${name.padEnd(22)} ${times} s   ${row.ratio_to_kubectl.toFixed(2)} × kubectl`);
  }
  for (const [name, bytes] of Object.entries(peaks))
    console.log(`${name.padEnd(24)} ${(bytes / 1e6).toFixed(0).padStart(5)} MB at most`);
  const total = Object.values(peaks).reduce((sum, bytes) => sum + bytes, 0);
  console.log(`${"all of it".padEnd(24)} ${(total / 1e6).toFixed(0).padStart(5)} MB at most`);
  console.log(JSON.stringify({ bench: "kubernetes", up_s: up, rows, peak_memory_bytes: peaks }));
}

new Command("npm run bench:kubernetes --")
  .description("A Ray cluster on Kubernetes from preview to destroy, beside kubectl with the same manifests")
  .option("--runs <number>", "rounds that count", "3")
  .action(main)
  .parseAsync()
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
