/** The cluster that was there before Berth, with the eight workers that never fitted, taken over by the shipped stack ray-gpu. No pod runs. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { kubectl } from "../../lab/kubernetes/kubectl";
import { KubernetesBed } from "../support/kubernetes-bed";

let bed: KubernetesBed;
beforeAll(async () => {
  bed = await KubernetesBed.open({ lab: inject("kubernetesLab"), stack: "ray-gpu" });
});
afterAll(async () => {
  await bed.close();
  await bed.kubectl("delete", "namespace", "ray", "--ignore-not-found");
});

const pod = (memory: string) => ({
  spec: { containers: [{ name: "ray", image: "rayproject/ray:2.49.2", resources: { limits: { memory } } }] },
});
const existing = {
  apiVersion: "ray.io/v1",
  kind: "RayCluster",
  metadata: { name: "ray-gpu", namespace: "ray" },
  spec: {
    rayVersion: "2.49.2",
    headGroupSpec: { rayStartParams: {}, template: pod("32Gi") },
    workerGroupSpecs: [
      {
        groupName: "gpu-workers",
        replicas: 8,
        minReplicas: 8,
        maxReplicas: 8,
        rayStartParams: {},
        template: pod("64Gi"),
      },
    ],
  },
};
const told = (path: string) =>
  bed.kubectl("get", "raycluster/ray-gpu", "--namespace=ray", `--output=jsonpath=${path}`);

test("imported into the state it is previewed as an update, eight workers to four, and not as another one", async () => {
  await bed.kubectl("create", "namespace", "ray");
  await kubectl(bed.lab, ["apply", "--filename=-"], JSON.stringify(existing));
  const provider = await bed.up("--target", "**pulumi:providers:kubernetes::kubernetes");
  expect(provider.status, provider.output).toBe(0);

  const file = join(bed.folder, "import.json");
  const { stack } = bed.workspace;
  writeFileSync(
    file,
    JSON.stringify({
      nameTable: { kubernetes: `urn:pulumi:${stack}::berth::pulumi:providers:kubernetes::kubernetes` },
      resources: [
        { type: "berth:components:KubeRayCluster", name: "ray-gpu", component: true },
        {
          type: "kubernetes:ray.io/v1:RayCluster",
          name: "ray-gpu-cluster",
          id: "ray/ray-gpu",
          parent: "ray-gpu",
          provider: "kubernetes",
        },
      ],
    }),
  );
  const imported = await bed.pulumi(
    "import",
    `--file=${file}`,
    "--yes",
    "--skip-preview",
    "--protect=false",
    "--generate-code=false",
  );
  expect(imported.status, imported.output).toBe(0);

  const preview = await bed.preview("--diff");
  expect(preview.status, preview.output).toBe(0);
  expect(preview.output).toMatch(/~ kubernetes:ray.io\/v1:RayCluster: \(update\)/);
  expect(preview.output).toMatch(/replicas +: 4\n/);
  expect(await told("{.spec.workerGroupSpecs[0].replicas}")).toBe("8");
});
