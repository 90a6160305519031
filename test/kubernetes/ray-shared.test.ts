/** The shipped stack ray-shared: rights on somebody else's cluster, asked of the API server as the account that has them. */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { kubectl } from "../../lab/kubernetes/kubectl";
import { readKubernetesLab } from "../../lab/kubernetes/kubernetes-lab";
import { KubernetesBed } from "../support/kubernetes-bed";

const lab = readKubernetesLab(inject("kubernetesLab"))!;
let bed: KubernetesBed;

/** What somebody runs there already. */
const container = (name: string) => ({
  spec: {
    containers: [
      { name, image: "rayproject/ray:2.49.2", resources: { limits: { cpu: "1", memory: "4Gi" } } },
    ],
  },
});
const theirs = {
  apiVersion: "ray.io/v1",
  kind: "RayCluster",
  metadata: { name: "ray-gpu", namespace: "ray" },
  spec: { rayVersion: "2.49.2", headGroupSpec: { rayStartParams: {}, template: container("ray-head") } },
};

beforeAll(async () => {
  await kubectl(lab, ["create", "namespace", "ray"]);
  await kubectl(lab, ["apply", "--filename=-"], JSON.stringify(theirs));
  const ready = "--for=jsonpath={.status.state}=ready";
  await kubectl(lab, ["wait", ready, "raycluster/ray-gpu", "--namespace=ray", "--timeout=120s"]);
  bed = await KubernetesBed.open({ lab: lab.directory, stack: "ray-shared" });
});
afterAll(async () => {
  await bed.close();
  await kubectl(lab, ["delete", "namespace", "ray"]);
});

/** Asked by the account itself: a SelfSubjectAccessReview with a token of its own. */
async function may(verb: string, resource: string, namespace: string): Promise<boolean> {
  const [group, kind] = resource.includes("/") ? resource.split("/") : ["", resource];
  const token = await bed.kubectl("create", "token", "workspace-runner-sa", "--namespace=swe-ai-fleet");
  const review = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: { verb, group, resource: kind, namespace } },
  };
  const args = [
    "create",
    "--validate=false",
    "--filename=-",
    "--output=jsonpath={.status.allowed}",
    `--token=${token.trim()}`,
  ];
  return (await kubectl(lab, args, JSON.stringify(review))) === "true";
}

test("up makes an account and what it needs, and touches nothing of the cluster", async () => {
  const cluster = () =>
    bed.kubectl(
      "get",
      "raycluster/ray-gpu",
      "--namespace=ray",
      "--output=jsonpath={.metadata.resourceVersion}",
    );
  const before = await cluster();
  const { status, output } = await bed.up();
  expect(status, output).toBe(0);
  expect(await cluster()).toBe(before);
  const config = await bed.kubectl(
    "get",
    "configmap/ray-gpu-client",
    "--namespace=swe-ai-fleet",
    "--output=jsonpath={.data.RAY_ADDRESS}",
  );
  expect(config).toBe("ray://ray-gpu-head-svc.ray.svc.cluster.local:10001");
});

test("the account may what it needs where the cluster is, and nothing else anywhere", async () => {
  const allowed = await Promise.all([
    may("get", "ray.io/rayclusters", "ray"),
    may("create", "ray.io/rayjobs", "ray"),
    may("delete", "ray.io/rayjobs", "ray"),
    may("list", "services", "ray"),
  ]);
  expect(allowed).toEqual([true, true, true, true]);
  const denied = await Promise.all([
    may("delete", "ray.io/rayclusters", "ray"),
    may("create", "ray.io/rayclusters", "ray"),
    may("get", "secrets", "ray"),
    may("create", "pods", "ray"),
    may("create", "ray.io/rayjobs", "default"),
    may("get", "ray.io/rayclusters", "default"),
    may("get", "secrets", "swe-ai-fleet"),
  ]);
  expect(denied).toEqual([false, false, false, false, false, false, false]);
});

test("with the role that makes clusters anywhere it may, everywhere, and still reads no secret", async () => {
  bed.edit((scenario) => {
    scenario.shared_ray_clusters[0].client.role = "cluster";
  });
  const { status, output } = await bed.up();
  expect(status, output).toBe(0);
  const asked = [
    may("create", "ray.io/rayclusters", "default"),
    may("delete", "ray.io/rayjobs", "ray"),
    may("get", "secrets", "ray"),
  ];
  expect(await Promise.all(asked)).toEqual([true, true, false]);
});

test("destroy leaves their cluster and no object of ours", async () => {
  const { status, output } = await bed.destroy();
  expect(status, output).toBe(0);
  await expect.poll(() => bed.objects(), { timeout: 30_000 }).toEqual([]);
  expect(await bed.list("rayclusters", "--namespace=ray")).toHaveLength(1);
});
