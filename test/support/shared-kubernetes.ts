import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { kubernetesLabDown, kubernetesLabUp } from "../../lab/kubernetes/kubernetes-lab";
import { simulatedNodes } from "../../lab/kubernetes/simulated-node";
import { loadCluster } from "../../topology/load-cluster";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder of the Kubernetes that all test files share, for `readKubernetesLab`. */
    kubernetesLab: string;
  }
}

/** Makes the folder of a Kubernetes; its name says which process it belongs to. */
export const kubernetesFolder = (): string => mkdtempSync(join(tmpdir(), `berth-kubernetes-${process.pid}-`));

/** For vitest, before the tests: the nodes of all shipped clusters. Test files take turns on them and leave nothing behind. */
export async function setup(project: TestProject): Promise<void> {
  await removeAbandoned();
  const folder = kubernetesFolder();
  project.provide("kubernetesLab", folder);
  const clusters = readdirSync("stacks/clusters").map((file) => loadCluster(join("stacks/clusters", file)));
  await kubernetesLabUp(folder, { context: "berth-lab", nodes: clusters.flatMap(simulatedNodes) });
}

/** For vitest, after the tests: this run's, and what interrupted runs have left. */
export async function teardown(): Promise<void> {
  await removeAbandoned(process.pid);
}

async function removeAbandoned(own?: number): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const owner = Number(/^berth-kubernetes-(\d+)-/.exec(name)?.[1]);
    if (owner === own || (owner && !existsSync(`/proc/${owner}`)))
      await kubernetesLabDown(join(tmpdir(), name));
  }
}
