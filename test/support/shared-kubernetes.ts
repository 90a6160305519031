import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { kubernetesLabDown, kubernetesLabUp } from "../../lab/kubernetes/kubernetes-lab";
import type { SimulatedNode } from "../../lab/kubernetes/simulated-node";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder of the Kubernetes that all test files share, for `readKubernetesLab`. */
    kubernetesLab: string;
  }
}

/** Test files take turns on them, count on their sizes and leave nothing behind. */
const nodes: readonly SimulatedNode[] = [
  { name: "wrx80-node1", arch: "amd64", cpuCores: 32, ramBytes: 516e9, gpus: 8 },
  { name: "hw-brain-01", arch: "arm64", cpuCores: 20, ramBytes: 128e9, gpus: 2 },
];

/** Makes the folder of a Kubernetes; its name says which process it belongs to. */
export const kubernetesFolder = (): string => mkdtempSync(join(tmpdir(), `berth-kubernetes-${process.pid}-`));

/** For vitest, before the tests. */
export async function setup(project: TestProject): Promise<void> {
  await removeAbandoned();
  const folder = kubernetesFolder();
  project.provide("kubernetesLab", folder);
  await kubernetesLabUp(folder, { context: "berth-lab", nodes });
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
