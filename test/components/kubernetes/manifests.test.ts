/**
 * Every object as it goes to the API server, whole. That a real one takes them, and that the operator makes pods of them, is
 * proved in test/kubernetes; that the pods run is proved nowhere, as no lab has a kubelet.
 */
import { dump } from "js-yaml";
import { expect, test } from "vitest";
import { clusterManifests } from "../../../components/kubernetes/cluster-manifests";
import {
  type KubeRayGroup,
  type KubeRaySpec,
  priorityClassName,
} from "../../../components/kubernetes/kube-ray-spec";
import type { Manifest } from "../../../components/kubernetes/manifest";
import { limitRange, namespaceManifest } from "../../../components/kubernetes/namespace-manifests";
import { quantity } from "../../../components/kubernetes/quantity";
import { rayAccess } from "../../../components/kubernetes/ray-access";
import { rayImage } from "../../../components/kubernetes/ray-image";
import { type SharedRaySpec, sharedManifests } from "../../../components/kubernetes/shared-manifests";
import { gb } from "../../support/topology";

const head: KubeRayGroup = {
  name: "headgroup",
  arch: "arm64",
  member: { cpus: 2, gpus: 0, heapBytes: gb(6.2), objectStoreBytes: gb(1), ownBytes: gb(0.8) },
  replicas: 1,
  nodes: ["hw-brain-01"],
  planned: ["hw-brain-01"],
};
const gpuWorkers: KubeRayGroup = {
  ...head,
  name: "gpu",
  member: { cpus: 4, gpus: 1, heapBytes: gb(11.55), objectStoreBytes: gb(4), ownBytes: gb(0.45) },
  replicas: 2,
};

/** On one node, scaled by Ray, closed but for one namespace. */
const brain: KubeRaySpec = {
  name: "brain",
  namespace: "cognition",
  stack: "brain-node",
  version: "2.60.0",
  python: "3.12",
  head,
  workers: [{ ...gpuWorkers, scale: { min: 0, max: 3 } }],
  images: {},
  memoryThreshold: 0.8,
  priority: -100,
  egress: "cluster",
  clients: ["analytics"],
  clientService: "brain-node-service",
  idleTimeoutSeconds: 60,
};

/** On two architectures, of a fixed size, with images of one's own on one of them, and free to go out. */
const mixed: KubeRaySpec = {
  name: "mixed",
  namespace: "lab",
  stack: "mixed",
  version: "2.60.0",
  head: { ...head, arch: "amd64", nodes: ["tower", "wrx80-node1"], planned: ["tower"] },
  workers: [
    {
      ...gpuWorkers,
      name: "gpu-amd64",
      arch: "amd64",
      nodes: ["tower", "wrx80-node1"],
      planned: ["wrx80-node1"],
    },
    { ...gpuWorkers, name: "gpu-arm64", replicas: 1 },
  ],
  images: { arm64: "registry.example/blackwell:7" },
  memoryThreshold: 0.75,
  priority: -1,
  egress: "open",
  clients: [],
  idleTimeoutSeconds: 60,
};

const shared: SharedRaySpec = {
  name: "ray-gpu",
  namespace: "ray",
  stack: "ray-shared",
  version: "2.49.2",
  python: "3.11",
  client: { namespace: "swe-ai-fleet", serviceAccount: "workspace-runner-sa", role: "namespaced" },
  runtimeEnv: { pip: ["openai", "anthropic", "nats-py"] },
};

const yaml = (manifests: readonly Manifest[]) =>
  manifests.map((manifest) => `---\n${dump(manifest, { lineWidth: 110, noRefs: true })}`).join("");
const all = (spec: KubeRaySpec): Manifest[] => {
  const { priorityClass, quota, secret, networkPolicies, cluster, clientService } = clusterManifests(spec);
  return [
    namespaceManifest(spec.namespace, spec.stack),
    limitRange(spec.namespace, spec.stack),
    priorityClass,
    quota,
    ...(secret ? [secret] : []),
    ...networkPolicies,
    cluster,
    ...(clientService ? [clientService] : []),
  ];
};
const golden = (name: string) => `../../golden/kubernetes/${name}.yaml`;

test("a cluster on one node, scaled by Ray", async () => {
  await expect(yaml(all(brain))).toMatchFileSnapshot(golden("brain"));
});

test("a cluster over two architectures", async () => {
  await expect(yaml(all(mixed))).toMatchFileSnapshot(golden("mixed"));
});

test("somebody else's cluster, used from one namespace; and by whoever makes clusters anywhere", async () => {
  await expect(yaml(Object.values(sharedManifests(shared)))).toMatchFileSnapshot(golden("shared"));
  const everywhere = sharedManifests({ ...shared, client: { ...shared.client, role: "cluster" } });
  await expect(yaml([everywhere.role, everywhere.binding])).toMatchFileSnapshot(golden("shared-everywhere"));
});

test("Ray that knows no token is asked for none", () => {
  const { secret, cluster } = clusterManifests({ ...brain, version: "2.49.2" });
  expect(secret).toBeUndefined();
  expect(cluster.spec).not.toHaveProperty("authOptions");
});

test("a head alone runs what there is to run", () => {
  const { cluster } = clusterManifests({ ...brain, workers: [] });
  expect(cluster.spec).toHaveProperty(["headGroupSpec", "rayStartParams", "num-cpus"], "2");
});

test.each([
  [0, "0"],
  [999, "999"],
  [16_000_000_000, "16G"],
  [16_450_000_000, "16450M"],
  [536_870_912, "536870912"],
  [2_000_000_000_000_000_000, "2000P"],
])("%d bytes are %s", (bytes, text) => {
  expect(quantity(bytes)).toBe(text);
});

test("official images go by version, Python, GPU and architecture", () => {
  const tags = (["amd64", "arm64"] as const).flatMap((arch) =>
    [0, 1].map((gpus) => rayImage(brain, { ...head, arch, member: { ...head.member, gpus } })),
  );
  expect(tags).toEqual([
    "rayproject/ray:2.60.0-py312",
    "rayproject/ray:2.60.0-py312-gpu",
    "rayproject/ray:2.60.0-py312-aarch64",
    "rayproject/ray:2.60.0-py312-gpu-aarch64",
  ]);
  expect(rayImage({ ...brain, python: "3.11.2" }, head)).toBe("rayproject/ray:2.60.0-py311-aarch64");
});

test("a PriorityClass is one cluster's alone, and its name a label, without which its quota would refuse all pods", () => {
  const long = { namespace: "n".repeat(63), name: "b".repeat(53), priority: -100 };
  const names = [
    { namespace: "a-b", name: "c", priority: -1 },
    { namespace: "a", name: "b-c", priority: -1 },
    long,
    { ...long, name: "b".repeat(52) },
  ].map((one) => priorityClassName({ ...brain, ...one }));
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/);
});

test("a LimitRange is named after a stack whose name Kubernetes would not take", () => {
  expect(limitRange("lab", "My_Stack").metadata.name).toBe("my-stack-limits");
});

test("the line that makes a port-forward is one that a shell takes", () => {
  const { portForward } = rayAccess(brain, { context: "my brain; true", kubeconfig: "~/it's/config" });
  expect(portForward).toBe(
    "kubectl --kubeconfig ~/'it'\\''s/config' --context 'my brain; true' --namespace cognition port-forward service/brain-head-svc 10001 8265",
  );
});
