/** What cannot work is told by name, before anything is made. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { ensureControlPlane } from "../../lab/kubernetes/control-plane";
import { endServer } from "../../lab/kubernetes/server-process";
import { KubernetesBed } from "../support/kubernetes-bed";

let bed: KubernetesBed;
beforeAll(async () => {
  bed = await KubernetesBed.open({ lab: inject("kubernetesLab"), stack: "brain-node" });
});
afterAll(() => bed.close());

const cluster = (scenario: { ray_clusters: object[] }) => scenario.ray_clusters[0] as Record<string, unknown>;

/** Runs it with another kubeconfig. */
async function upWith(kubeconfig: string): Promise<string> {
  const file = join(bed.folder, "kubeconfig");
  writeFileSync(file, kubeconfig, { mode: 0o600 });
  const { KUBECONFIG } = bed.workspace.env;
  bed.workspace.env.KUBECONFIG = file;
  const { status, output } = await bed.up();
  bed.workspace.env.KUBECONFIG = KUBECONFIG;
  expect(status).not.toBe(0);
  return output;
}

const kubeconfig = (server: string, context = bed.lab.context) => `
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "${server}"}}]
users: [{name: u, user: {token: none}}]
contexts: [{name: ${context}, context: {cluster: c, user: u}}]
`;

test("a kubeconfig that is none", async () => {
  expect(await upWith("clusters: [")).toMatch(/berth: KubeconfigUnreadable: /);
});

test("a kubeconfig without the context", async () => {
  expect(await upWith(kubeconfig("https://127.0.0.1:1", "other"))).toMatch(
    /berth: ContextUnknown: .*berth-lab/,
  );
});

test("an API server that does not answer", async () => {
  expect(await upWith(kubeconfig("https://127.0.0.1:1"))).toMatch(/berth: Unreachable: .*127\.0\.0\.1:1/);
});

test("a Kubernetes without KubeRay", async () => {
  await endServer(bed.lab.directory, "ray-operator");
  const kinds = ["rayclusters", "rayjobs", "rayservices", "raycronjobs"].map((kind) => `${kind}.ray.io`);
  await bed.kubectl("delete", "crd", ...kinds);
  try {
    const { status, output } = await bed.up();
    expect(status).not.toBe(0);
    expect(output).toMatch(/berth: KindMissing: .*ray\.io/);
  } finally {
    await ensureControlPlane(bed.lab);
  }
  expect(await bed.objects()).toEqual([]);
});

test("a cluster's name that is too long for what the operator makes of it", async () => {
  bed.edit((scenario) => {
    cluster(scenario as never).name = "b".repeat(54);
  });
  const { status, output } = await bed.preview();
  expect(status).not.toBe(0);
  expect(output).toMatch(/53/);
  bed.edit((scenario) => {
    cluster(scenario as never).name = "brain";
  });
});

test("Ray that is too old", async () => {
  bed.edit((scenario) => {
    cluster(scenario as never).ray = "2.49.2";
  });
  const { status, output } = await bed.preview();
  expect(status).not.toBe(0);
  expect(output).toMatch(/2\.54/);
  expect(await bed.objects()).toEqual([]);
});
