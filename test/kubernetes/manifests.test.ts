/**
 * The golden manifests, taken by a real API server, counted by its quota, made into pods by the real operator and placed by the
 * real scheduler. That Ray starts in those pods is not proved: no pod runs.
 */
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { kubectl, kubectlList } from "../../lab/kubernetes/kubectl";
import { readKubernetesLab } from "../../lab/kubernetes/kubernetes-lab";
import { allObjects, newObjects } from "../../lab/kubernetes/objects";

const lab = readKubernetesLab(inject("kubernetesLab"))!;

let before: string[];
beforeEach(async () => {
  before = await allObjects(lab);
});
afterEach(async () => {
  await kubectl(lab, ["delete", "raycluster", "--all", "--all-namespaces"]);
  await kubectl(lab, ["delete", "namespace", "cognition", "lab", "--ignore-not-found"]);
  await kubectl(lab, ["delete", "priorityclass", "--selector=app.kubernetes.io/managed-by=berth"]);
  await expect.poll(() => newObjects(lab, before), { timeout: 60_000 }).toEqual([]);
});

interface Pod {
  metadata: { name: string; labels: Record<string, string> };
  spec: { nodeName?: string; priority: number; preemptionPolicy: string };
}

const apply = (name: string) =>
  kubectl(
    lab,
    ["apply", "--server-side", "--filename=-"],
    readFileSync(`test/golden/kubernetes/${name}.yaml`, "utf8"),
  );

/** Where the pods of each group are, once all are there. */
async function placed(namespace: string, cluster: string): Promise<Record<string, string[]>> {
  const ready = "--for=jsonpath={.status.state}=ready";
  await kubectl(lab, ["wait", ready, `raycluster/${cluster}`, `--namespace=${namespace}`, "--timeout=60s"]);
  const pods = await kubectlList<Pod>(lab, "pods", `--namespace=${namespace}`);
  const nodes: Record<string, string[]> = {};
  for (const { metadata, spec } of pods) {
    const group = metadata.labels["ray.io/group"]!;
    nodes[group] = [...(nodes[group] ?? []), spec.nodeName ?? "none"].sort();
  }
  return nodes;
}

test("a cluster on one node: pods below whoever says nothing, no pod beyond its plan", async () => {
  await apply("brain");
  const own = "--namespace=cognition";
  expect(await placed("cognition", "brain")).toEqual({
    headgroup: ["hw-brain-01"],
    gpu: ["hw-brain-01", "hw-brain-01"],
  });
  const pods = await kubectlList<Pod>(lab, "pods", own);
  expect(pods.map(({ spec }) => [spec.priority, spec.preemptionPolicy])).toEqual(
    pods.map(() => [-100, "Never"]),
  );

  // Beyond what the autoscaler may come to: the third worker is within the quota, a stranger beside it is not.
  const patch = JSON.stringify([{ op: "replace", path: "/spec/workerGroupSpecs/0/replicas", value: 3 }]);
  await kubectl(lab, ["patch", "raycluster/brain", own, "--type=json", `--patch=${patch}`]);
  await expect.poll(async () => (await kubectlList(lab, "pods", own)).length, { timeout: 30_000 }).toBe(4);
  const spec = {
    priorityClassName: "cognition.brain-minus-100",
    containers: [{ name: "main", image: "none" }],
  };
  const stranger = ["run", "stranger", own, "--image=none", `--overrides=${JSON.stringify({ spec })}`];
  await expect(kubectl(lab, stranger)).rejects.toThrow(
    /pods "stranger" is forbidden: exceeded quota: brain, requested: .*pods=1.*used: .*pods=4.*limited: .*pods=4/,
  );
});

test("a cluster over two architectures: each group on nodes of its own kind", async () => {
  await apply("mixed");
  expect(await placed("lab", "mixed")).toEqual({
    headgroup: ["wrx80-node1"],
    "gpu-amd64": ["wrx80-node1", "wrx80-node1"],
    "gpu-arm64": ["hw-brain-01"],
  });
});
