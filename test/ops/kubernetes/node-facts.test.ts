import { expect, it } from "vitest";
import { mergedFacts } from "../../../ops/health/merged-facts";
import { kubernetesNodeFacts, type SeenBy } from "../../../ops/kubernetes/node-facts";
import type { KubernetesCondition, KubernetesNode, Pod } from "../../../ops/kubernetes/objects";
import type { NodeFacts } from "../../../topology/facts";
import type { Node } from "../../../topology/node";

const node: Node & { kubernetesNode: string } = {
  name: "HW-BRAIN-01",
  kubernetesNode: "hw-brain-01",
  type: "gb10",
  arch: "arm64",
  labels: {},
  status: "HEALTHY",
  ramBytes: 128e9,
  reservedRamBytes: 8e9,
  unifiedMemory: true,
  gpu: true,
  gpus: 2,
  gpuMemoryBytes: 128e9,
  cpuCores: 20,
  maxInstances: 4,
  coTenants: [{ name: "vllm", ramBytes: 8e9, gpuMemoryBytes: 40e9, gpus: 1, namespace: "inference" }],
  memoryHeadroom: { require: 0.15, advise: 0.2 },
  memoryFloor: 0.05,
};

const ready = (status: KubernetesCondition["status"], more: Partial<KubernetesCondition> = {}) => ({
  type: "Ready",
  status,
  ...more,
});
const sizes = { cpu: "20", memory: "128G", "nvidia.com/gpu": "2" };

interface Shape {
  conditions?: KubernetesCondition[];
  spec?: KubernetesNode["spec"];
  capacity?: Record<string, string>;
  allocatable?: Record<string, string>;
  architecture?: string;
}

const seen = ({
  conditions = [ready("True")],
  spec,
  capacity,
  allocatable,
  architecture,
}: Shape): KubernetesNode => ({
  metadata: { name: "hw-brain-01" },
  ...(spec && { spec }),
  status: {
    conditions,
    capacity: { ...sizes, ...capacity },
    allocatable: { ...sizes, cpu: "19500m", memory: "120G", ...allocatable },
    nodeInfo: { architecture: architecture ?? "arm64" },
  },
});

const pod = (
  namespace: string,
  name: string,
  requests: Record<string, string>,
  more: Partial<Pod["metadata"]> = {},
): Pod => ({
  metadata: { namespace, name, ...more },
  spec: { nodeName: "hw-brain-01", containers: [{ name: "c", resources: { requests } }] },
});

const by = (nodes: KubernetesNode[], pods: Pod[] = []): SeenBy => ({
  census: { nodes, pods },
  context: "brain",
  now: new Date("2026-01-31T12:01:00Z"),
  graceSeconds: 60,
});
const facts = (shape: Shape, pods?: Pod[]) => kubernetesNodeFacts(node, by([seen(shape)], pods));

const since = (seconds: number) =>
  new Date(Date.parse("2026-01-31T12:01:00Z") - seconds * 1000).toISOString();

it.each<[string, Shape, NodeFacts["status"], string | undefined]>([
  ["ready", {}, "HEALTHY", undefined],
  [
    "short of memory and of disk",
    {
      conditions: [
        ready("True"),
        { type: "MemoryPressure", status: "True" },
        { type: "DiskPressure", status: "True" },
        { type: "PIDPressure", status: "False" },
      ],
    },
    "DEGRADED",
    "short of memory, short of disk",
  ],
  [
    "cordoned: Kubernetes' own taint says nothing new",
    {
      spec: {
        unschedulable: true,
        taints: [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }],
      },
    },
    "DEGRADED",
    "cordoned; kubectl --context brain uncordon hw-brain-01 takes it back",
  ],
  [
    "tainted by somebody",
    {
      spec: {
        taints: [
          { key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" },
          { key: "a", effect: "PreferNoSchedule" },
        ],
      },
    },
    "DEGRADED",
    "tainted nvidia.com/gpu=present:NoSchedule",
  ],
  [
    "silent within the grace",
    {
      conditions: [
        ready("Unknown", { message: "Kubelet stopped posting node status.", lastTransitionTime: since(59) }),
      ],
    },
    "DEGRADED",
    "not ready for 59 s, unavailable after 60 s: Kubelet stopped posting node status.",
  ],
  [
    "silent beyond it",
    { conditions: [ready("False", { reason: "KubeletNotReady", lastTransitionTime: since(60) })] },
    "UNAVAILABLE",
    "not ready: KubeletNotReady",
  ],
  [
    "nobody has answered for it",
    { conditions: [] },
    "UNAVAILABLE",
    "not ready: nobody has answered for it yet",
  ],
])("%s", (_what, shape, status, reason) => {
  const told = facts(shape);
  expect([told.status, told.reason]).toEqual([status, reason]);
});

it("a node that Kubernetes does not know is unavailable", () => {
  expect(kubernetesNodeFacts(node, by([{ metadata: { name: "hw-brain-02" } }]))).toEqual({
    status: "UNAVAILABLE",
    reason: 'Kubernetes has no node "hw-brain-01", did you mean "hw-brain-02"?',
    holdings: [],
  });
});

it("tells what pods may have, and what those hold that no co-tenant answers for", () => {
  const pods = [
    pod("kube-system", "dns-1", { cpu: "100m", memory: "70M" }),
    pod("kube-system", "proxy", {}),
    pod("research", "train-0", { cpu: "4", memory: "16G", "nvidia.com/gpu": "1" }),
    pod("inference", "vllm-0", { memory: "8G", "nvidia.com/gpu": "1" }),
    pod("cognition", "brain-head-x", { memory: "8G" }, { labels: { "berth.dev/stack": "brain-node" } }),
    { ...pod("research", "elsewhere", { memory: "8G" }), spec: { nodeName: "hw-brain-02", containers: [] } },
  ];
  const held = (stack: string, instance: string, memory_bytes: number, more = {}) => ({
    stack,
    instance,
    memory_bytes,
    gpu_memory_bytes: 0,
    ...more,
    slots: 0,
    port: null,
  });
  expect(facts({}, pods)).toEqual({
    status: "HEALTHY",
    allocatable: { cpu_cores: 19.5, memory_bytes: 120e9, gpus: 2 },
    holdings: [
      held("kubernetes/kube-system", "dns-1", 70e6, { cpu_cores: 0.1 }),
      held("kubernetes/research", "train-0", 16e9, { cpu_cores: 4, gpus: 1 }),
      held("kubernetes/cognition", "brain-head-x", 8e9, { pod_of: "brain-node" }),
    ],
  });
});

it("notes where the cluster file says something else", () => {
  const capacity = { memory: "124G", cpu: "16", "nvidia.com/gpu": "0" };
  const pods = [pod("inference", "vllm-0", { memory: "12G", "nvidia.com/gpu": "2" })];
  expect(
    facts({ capacity, allocatable: { "nvidia.com/gpu": "0" }, architecture: "amd64" }, pods).notes,
  ).toEqual([
    "ram_gb is 128 GB in the cluster file, the node has 124 GB",
    "cpu_cores is 20 in the cluster file, the node has 16",
    "gpus is 2 in the cluster file, pods may have 0: does the device plugin run there?",
    "arch is arm64 in the cluster file, the node is amd64",
    "vllm asks for 12 GB in namespace inference, the cluster file says 8 GB",
  ]);
  expect(facts({ capacity: { memory: "124.16G" } }).notes).toBeUndefined();
});

const ssh: NodeFacts = { status: "HEALTHY", memory_available_bytes: 5, holdings: [], notes: ["old SD card"] };
const allocatable = { cpu_cores: 20, memory_bytes: 1, gpus: 0 };

it.each<[NodeFacts["status"], NodeFacts["status"], NodeFacts["status"]]>([
  ["HEALTHY", "HEALTHY", "HEALTHY"],
  ["HEALTHY", "DEGRADED", "DEGRADED"],
  ["DEGRADED", "HEALTHY", "DEGRADED"],
  ["UNAVAILABLE", "HEALTHY", "DEGRADED"],
  ["HEALTHY", "UNAVAILABLE", "DEGRADED"],
  ["UNAVAILABLE", "UNAVAILABLE", "UNAVAILABLE"],
])("over SSH %s, in Kubernetes %s: %s", (one, other, status) =>
  expect(mergedFacts({ ...ssh, status: one }, { status: other, holdings: [] }).status).toBe(status),
);

it("joins what both ways tell of one node", () => {
  const holding = { stack: "s", instance: "a", memory_bytes: 1, gpu_memory_bytes: 0, port: null };
  expect(
    mergedFacts(
      { ...ssh, status: "DEGRADED", reason: "it is 85 °C hot", holdings: [holding] },
      {
        status: "DEGRADED",
        reason: "short of memory",
        allocatable,
        holdings: [{ ...holding, instance: "b" }],
        notes: ["n"],
      },
    ),
  ).toEqual({
    status: "DEGRADED",
    reason: "it is 85 °C hot; in Kubernetes short of memory",
    memory_available_bytes: 5,
    allocatable,
    holdings: [holding, { ...holding, instance: "b" }],
    notes: ["old SD card", "n"],
  });
});

it("a Ray cluster beside a co-tenant in one namespace holds what it asks for, and is no part of the co-tenant", () => {
  const labels = { "berth.dev/stack": "agents" };
  const pods = [
    pod("inference", "vllm", { memory: "8G", "nvidia.com/gpu": "1" }),
    pod("inference", "agents-head", { memory: "9G" }, { labels }),
  ];
  const facts = kubernetesNodeFacts(node, by([seen({})], pods));
  expect(facts.holdings).toMatchObject([{ instance: "agents-head", pod_of: "agents", memory_bytes: 9e9 }]);
  expect(facts.notes).toBeUndefined();
});
