// What each rule says: about a good stack, one with a single thing broken, one at the limit, and resources of another type.
// That a mandatory rule ends a preview is proved in test/integration/policies.test.ts.
import { describe, expect, test } from "vitest";
import {
  exampleInstance,
  exampleKubeRayCluster,
  exampleNode,
  examplePriorityClass,
  exampleRayCluster,
  exampleRayClusterObject,
  exampleRayMember,
} from "../../policies/example";
import type { Resource } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { tryRule } from "../../policies/try-rule";
import { everyChange, unknownText } from "../support/every-change";

const gb = (size: number) => Math.round(size * 1e9);
const gib = (size: number) => size * 2 ** 30;
const held = {
  stack: "night-shift",
  instance: "guard",
  node: "rpi1",
  ramBytes: gb(1),
  gpuMemoryBytes: gb(1),
};
const gpuNode = exampleNode({ gpu: true, gpuMemoryBytes: gb(24) });
const twoGpus = exampleNode({ gpu: true, gpus: 2, gpuMemoryBytes: gb(8) });
const onDevices = (gpus: number, gpuDevices: number[]) =>
  exampleInstance({ gpu: "required", gpus, gpuDevices });
const onGpu = (bytes: number, gpu: "required" | "preferred" = "required") =>
  exampleInstance({ gpu, gpuMemoryBytes: bytes, takes: { ramBytes: gb(2), gpuMemoryBytes: bytes } });
const remote = (connection: object, more: object = {}): Resource => ({
  type: "command:remote:Command",
  name: "start",
  props: { create: "exec ./start", connection, ...more },
});
const local = (create: string): Resource => ({
  type: "command:local:Command",
  name: "say",
  props: { create },
});
const member = {
  cluster: "mind",
  role: "worker" as const,
  heapBytes: gb(1),
  objectStoreBytes: gb(0.2),
  ownBytes: gb(0.45),
  cpus: 1,
  gpus: 0,
};
const pinned = { host: "192.0.2.1", hostKey: "ssh-ed25519 AAAA" };
const kubernetesNode = (changes: object = {}): Resource => ({
  ...exampleNode(changes),
  type: "berth:components:KubernetesNode",
});
const pod = (changes: object = {}): Resource => ({
  ...exampleRayMember({ launcher: "kuberay", ...changes }),
  type: "berth:components:KubeRayMember",
});
/** The object of a Ray cluster with one group of workers more, or with other values of its spec. */
const withSpec = (changes: Record<string, unknown>): Resource => {
  const { props, ...object } = exampleRayClusterObject();
  return { ...object, props: { ...props, spec: { ...(props.spec as object), ...changes } } };
};
const groupOf = (podSpec: object) => ({
  workerGroupSpecs: [{ groupName: "gpu", template: { spec: podSpec } }],
});
const deployment = (container: object): Resource => ({
  type: "kubernetes:apps/v1:Deployment",
  name: "vllm",
  props: {
    metadata: { name: "vllm" },
    spec: { template: { spec: { containers: [{ name: "server", ...container }] } } },
  },
});
const memory = (size: string) => ({ memory: size });

const stack: Resource = { type: "pulumi:pulumi:Stack", name: "berth-hive", props: {} };

interface Fixture {
  readonly name: string;
  readonly resources: readonly Resource[];
  readonly parameters?: Record<string, number>;
  readonly overrides?: string;
  /** Nothing: the rule is kept. */
  readonly says?: readonly string[];
}

const overReason = '{"require-memory-headroom": {"reason": "Ana watches it"}}';

const fixtures: Record<string, readonly Fixture[]> = {
  "require-memory-headroom": [
    {
      name: "a pod on a node of Kubernetes holds its memory, too",
      resources: [kubernetesNode(), pod({ ramBytes: gb(7), takes: { ramBytes: gb(7), gpuMemoryBytes: 0 } })],
      says: [
        "rpi1: 7 GB of 8 GB of RAM would be held, the limit is 6.8 GB: 15 % must stay free (memory_headroom.require)\nit is mind-head 7 GB\nthe smallest change: 0.2 GB less: memory_gb of mind-head lowered to 6.8, or mind-head on another node",
      ],
    },
    {
      name: "a co-tenant holds the memory of each GPU of its own where that is RAM",
      resources: [
        kubernetesNode({
          unifiedMemory: true,
          gpu: true,
          gpus: 2,
          gpuMemoryBytes: gb(8),
          coTenants: [{ name: "vllm", ramBytes: gb(1), gpuMemoryBytes: gb(3), gpus: 2 }],
        }),
      ],
      says: [
        "rpi1: 7 GB of 8 GB of unified memory would be held, the limit is 6.8 GB: 15 % must stay free (memory_headroom.require)\nit is co-tenant vllm 7 GB\nthe smallest change: 0.2 GB less; that is more than this stack puts there, so others have to give way",
      ],
    },
    { name: "leaves enough free", resources: [exampleNode(), exampleInstance()] },
    {
      name: "at the limit",
      resources: [
        exampleNode({
          coTenants: [{ name: "database", ramBytes: gb(1.8), gpuMemoryBytes: gb(9) }],
          heldByOthers: [held],
        }),
        exampleInstance(),
        exampleInstance({ instance: "historian" }),
      ],
    },
    {
      name: "a member of a Ray cluster holds its memory, too",
      resources: [exampleNode(), exampleRayMember({ ramBytes: gb(2) }), exampleInstance({ ramBytes: gb(5) })],
      says: [
        "rpi1: 7 GB of 8 GB of RAM would be held, the limit is 6.8 GB: 15 % must stay free (memory_headroom.require)\nit is critic 5 GB + mind-head 2 GB\nthe smallest change: 0.2 GB less: heap_gb of mind-head lowered to 0.8, or mind-head on another node",
      ],
    },
    {
      name: "a byte more than the limit",
      resources: [exampleNode(), exampleInstance({ ramBytes: gb(6.8) + 1 })],
      says: [
        "rpi1: 6.8 GB of 8 GB of RAM would be held, the limit is 6.8 GB: 15 % must stay free (memory_headroom.require)\nit is critic 6.8 GB\nthe smallest change: 0.01 GB less: ram_gb of critic lowered to 6.8, or critic on another node",
      ],
    },
    {
      name: "unified memory holds the GPU's, too, of instances and co-tenants",
      resources: [
        exampleNode({
          name: "jetson",
          ramBytes: gb(64),
          unifiedMemory: true,
          gpu: true,
          gpuMemoryBytes: gb(64),
          coTenants: [{ name: "vllm", ramBytes: gb(4), gpuMemoryBytes: gb(30) }],
        }),
        exampleInstance({
          node: "jetson",
          ramBytes: gb(12),
          gpu: "required",
          gpuMemoryBytes: gb(10),
          // A planner that forgets the GPU's memory is not believed.
          takes: { ramBytes: gb(12), gpuMemoryBytes: gb(10) },
        }),
      ],
      says: [
        "jetson: 56 GB of 64 GB of unified memory would be held, the limit is 54.4 GB: 15 % must stay free (memory_headroom.require)\nit is co-tenant vllm 34 GB + critic 22 GB\nthe smallest change: 1.6 GB less: ram_gb of critic lowered to 10.4, or critic on another node",
      ],
    },
    {
      name: "a plan that gives more than was asked for counts as it is",
      resources: [exampleNode(), exampleInstance({ takes: { ramBytes: gb(7), gpuMemoryBytes: 0 } })],
      says: [
        "rpi1: 7 GB of 8 GB of RAM would be held, the limit is 6.8 GB: 15 % must stay free (memory_headroom.require)\nit is critic 7 GB\nthe smallest change: 0.2 GB less: ram_gb of critic lowered to 1.8, or critic on another node",
      ],
    },
    {
      name: "the least holds where the cluster file says less",
      resources: [
        exampleNode({ memoryHeadroom: { require: 0, advise: 0 } }),
        exampleInstance({ ramBytes: gb(7.3) }),
      ],
      says: [
        "rpi1: 7.3 GB of 8 GB of RAM would be held, the limit is 7.2 GB: 10 % must stay free (whatever memory_headroom.require says)\nit is critic 7.3 GB\nthe smallest change: 0.1 GB less: ram_gb of critic lowered to 7.2, or critic on another node",
      ],
    },
    {
      name: "the least is a parameter",
      resources: [
        exampleNode({ memoryHeadroom: { require: 0, advise: 0 } }),
        exampleInstance({ ramBytes: gb(8) }),
      ],
      parameters: { least: 0 },
    },
    {
      name: "several have to move when no single one is enough",
      resources: [
        exampleNode({ coTenants: [{ name: "database", ramBytes: gb(3), gpuMemoryBytes: 0 }] }),
        exampleInstance({ instance: "a" }),
        exampleInstance({ instance: "b" }),
        exampleInstance({ instance: "c", ramBytes: gb(3) }),
      ],
      says: [
        "rpi1: 10 GB of 8 GB of RAM would be held, the limit is 6.8 GB: 15 % must stay free (memory_headroom.require)\nit is 2 × 3 GB (c, co-tenant database) + 2 × 2 GB (a, b)\nthe smallest change: 3.2 GB less: c and b on other nodes",
      ],
    },
    {
      name: "others alone hold too much",
      resources: [
        exampleNode({ coTenants: [{ name: "database", ramBytes: gb(9), gpuMemoryBytes: 0 }] }),
        exampleInstance(),
      ],
      says: [
        "rpi1: 11 GB of 8 GB of RAM would be held, the limit is 6.8 GB: 15 % must stay free (memory_headroom.require)\nit is co-tenant database 9 GB + critic 2 GB\nthe smallest change: 4.2 GB less; that is more than this stack puts there, so others have to give way",
      ],
    },
    { name: "another type", resources: [remote(pinned)] },
  ],
  "advise-memory-headroom": [
    { name: "at the limit", resources: [exampleNode(), exampleInstance({ ramBytes: gb(6.4) })] },
    {
      name: "less free than advised",
      resources: [exampleNode(), exampleInstance({ ramBytes: gb(6.5) })],
      says: [
        "rpi1: 6.5 GB of 8 GB of RAM would be held, the limit is 6.4 GB: 20 % should stay free (memory_headroom.advise)\nit is critic 6.5 GB\nthe smallest change: 0.1 GB less: ram_gb of critic lowered to 6.4, or critic on another node",
      ],
    },
    { name: "another type", resources: [remote(pinned)] },
  ],
  "require-gpu-memory": [
    {
      name: "a co-tenant with a GPU of its own holds nothing of the others",
      resources: [
        exampleNode({
          gpu: true,
          gpus: 2,
          gpuMemoryBytes: gb(8),
          coTenants: [{ name: "vllm", ramBytes: 0, gpuMemoryBytes: gb(8), gpus: 1 }],
        }),
        exampleInstance({
          gpu: "required",
          gpus: 1,
          gpuMemoryBytes: gb(8),
          gpuDevices: [1],
          takes: { ramBytes: gb(2), gpuMemoryBytes: gb(8) },
        }),
      ],
    },
    { name: "fits", resources: [gpuNode, onGpu(gb(8))] },
    { name: "at the limit", resources: [gpuNode, onGpu(gb(24))] },
    {
      name: "with a co-tenant and another stack it is too much",
      resources: [
        exampleNode({
          ...gpuNode.props,
          coTenants: [{ name: "vllm", ramBytes: 0, gpuMemoryBytes: gb(18) }],
          heldByOthers: [held],
        }),
        onGpu(gb(5.5), "preferred"),
      ],
      says: [
        "rpi1: 24.5 GB of GPU memory would be held, the limit is 24 GB: gpu_memory_gb of the node\nit is co-tenant vllm 18 GB + critic 5.5 GB + night-shift/guard (another stack) 1 GB\nthe smallest change: 0.5 GB less: gpu_memory_gb of critic lowered to 5, or critic on another node",
      ],
    },
    {
      name: "each GPU of several is one of its own",
      resources: [
        exampleNode({
          ...twoGpus.props,
          coTenants: [{ name: "vllm", ramBytes: 0, gpuMemoryBytes: gb(2) }],
        }),
        exampleInstance({
          gpu: "required",
          gpus: 2,
          gpuDevices: [0, 1],
          gpuMemoryBytes: gb(3),
          takes: { ramBytes: gb(2), gpuMemoryBytes: gb(6) },
        }),
        exampleInstance({
          instance: "b",
          gpu: "required",
          gpuDevices: [1],
          gpuMemoryBytes: gb(4),
          takes: { ramBytes: gb(2), gpuMemoryBytes: gb(4) },
        }),
      ],
      says: [
        "rpi1: 9 GB of the memory of GPU 1 would be held, the limit is 8 GB: gpu_memory_gb of the node\nit is b 4 GB + critic 3 GB + co-tenant vllm 2 GB\nthe smallest change: 1 GB less: gpu_memory_gb of critic lowered to 2, or critic on another node",
      ],
    },
    {
      name: "one that only prefers the GPU and is on the CPU takes none of it",
      resources: [gpuNode, exampleInstance({ gpu: "preferred", gpuMemoryBytes: gb(99) })],
    },
    { name: "another type", resources: [remote(pinned)] },
  ],
  "require-gpu-count-within-node": [
    {
      name: "a pod gets no GPU that a co-tenant has for itself",
      resources: [
        kubernetesNode({
          gpu: true,
          gpus: 2,
          coTenants: [{ name: "vllm", ramBytes: 0, gpuMemoryBytes: 0, gpus: 1 }],
        }),
        pod({ instance: "brain-gpu-0", gpu: "required", gpus: 2, gpuDevices: [0, 1] }),
      ],
      says: [
        "rpi1: 2 of GPU 0 would be held: brain-gpu-0 1 + co-tenant vllm 1; give one of them another GPU or lower its gpus",
      ],
    },
    {
      name: "a pod beside a co-tenant",
      resources: [
        kubernetesNode({
          gpu: true,
          gpus: 2,
          coTenants: [{ name: "vllm", ramBytes: 0, gpuMemoryBytes: 0, gpus: 1 }],
        }),
        pod({ instance: "brain-gpu-0", gpu: "required", gpus: 1, gpuDevices: [1] }),
      ],
    },
    { name: "fits", resources: [twoGpus, onDevices(1, [0]), onDevices(0.5, [1])] },
    {
      name: "at the limit",
      resources: [twoGpus, onDevices(0.7, [0]), onDevices(0.3, [0]), onDevices(1, [1])],
    },
    {
      name: "one GPU too many, and one given out twice",
      resources: [
        exampleNode({
          ...twoGpus.props,
          heldByOthers: [{ ...held, gpus: 1, gpuDevices: [1] }],
        }),
        onDevices(2, [1, 2]),
        exampleInstance({ instance: "b", gpu: "required", gpus: 0.5, gpuDevices: [1] }),
      ],
      says: [
        "critic: GPU 2 of rpi1, which has 2, counted from 0; place it on a node with more or lower its gpus",
        "rpi1: 2.5 of GPU 1 would be held: b 0.5 + critic 1 + night-shift/guard (another stack) 1; give one of them another GPU or lower its gpus",
      ],
    },
    {
      name: "none given, and fewer than asked",
      resources: [
        twoGpus,
        exampleInstance({ gpu: "required", gpus: 1 }),
        exampleInstance({ instance: "b", gpu: "required", gpus: 2, gpuDevices: [0, 0] }),
      ],
      says: [
        "b: gpus is 2, and it has 2 of rpi1's (0, 0); give it 2, each once",
        "critic: gpus is 1, and it has 0 of rpi1's (none); give it 1, each once",
        "rpi1: 2 of GPU 0 would be held: b 1 + b 1; give one of them another GPU or lower its gpus",
      ],
    },
    {
      name: "shares beside those who share the memory",
      resources: [
        exampleNode({ gpu: true, gpuMemoryBytes: gb(8), heldByOthers: [held] }),
        onDevices(0.9, [0]),
        exampleInstance({ instance: "b", gpu: "required" }),
      ],
    },
    {
      name: "all of it held, and others who share its memory",
      resources: [
        exampleNode({ gpu: true, gpuMemoryBytes: gb(8), heldByOthers: [held] }),
        onDevices(1, [0]),
        exampleInstance({ instance: "b", gpu: "required" }),
      ],
      says: [
        "rpi1: all of GPU 0 is held: critic 1; and b and night-shift/guard (another stack) would share its memory; give one of them another GPU or lower its gpus",
      ],
    },
    {
      name: "no GPUs of the node",
      resources: [twoGpus, onDevices(0, [2]), onDevices(0.5, [0.5])],
      says: [
        "critic: GPU 2 of rpi1, which has 2, counted from 0; place it on a node with more or lower its gpus",
        "critic: GPU 0.5 of rpi1, which has 2, counted from 0; place it on a node with more or lower its gpus",
      ],
    },
    {
      name: "one that only prefers GPUs and is on the CPU",
      resources: [exampleNode(), exampleInstance({ gpu: "preferred", gpus: 4 })],
    },
    { name: "another type", resources: [remote(pinned)] },
  ],
  "require-gpu-where-required": [
    { name: "has one", resources: [gpuNode, onGpu(0)] },
    { name: "prefers one", resources: [exampleNode(), onGpu(0, "preferred")] },
    {
      name: "has none",
      resources: [exampleNode(), onGpu(0)],
      says: [
        "critic: gpu is required, and rpi1 has none; place it on a node with  gpu: true  or write  gpu: preferred",
      ],
    },
    { name: "another type", resources: [remote(pinned)] },
  ],
  "limit-instances-per-node": [
    { name: "fewer", resources: [exampleNode(), exampleInstance()] },
    { name: "at the limit", resources: [exampleNode({ heldByOthers: [held] }), exampleInstance()] },
    {
      name: "members of Ray clusters take none",
      resources: [
        exampleNode({ maxInstances: 1, heldByOthers: [{ ...held, slots: 0 }] }),
        exampleInstance(),
        exampleRayMember(),
      ],
    },
    {
      name: "one more",
      resources: [exampleNode({ maxInstances: 1, heldByOthers: [held] }), exampleInstance()],
      says: [
        "rpi1: 2 instances (critic, night-shift/guard), max_instances is 1; place 1 of them elsewhere or raise it",
      ],
    },
    { name: "another type", resources: [remote(pinned)] },
  ],
  "require-anti-affinity": [
    { name: "no wish", resources: [exampleNode(), exampleInstance(), exampleInstance({ instance: "b" })] },
    {
      name: "apart",
      resources: [
        exampleNode(),
        exampleNode({ name: "rpi2" }),
        exampleInstance({ instance: "a" }),
        exampleInstance({ instance: "b", node: "rpi2", antiAffinity: ["a"] }),
      ],
    },
    {
      name: "together",
      resources: [
        exampleNode(),
        exampleInstance({ instance: "a" }),
        exampleInstance({ instance: "b", antiAffinity: ["a"] }),
      ],
      says: [
        "b and a: both on rpi1, and anti_affinity of b keeps them apart; place one of them on another node",
      ],
    },
    { name: "another type", resources: [remote(pinned)] },
  ],
  "require-disjoint-peer-ports": [
    { name: "a pod needs none", resources: [kubernetesNode(), pod()] },
    {
      name: "each its own",
      resources: [
        exampleNode(),
        exampleInstance({ instance: "a", network: "peers", port: 9000 }),
        exampleInstance({ instance: "b", network: "peers", port: 9001 }),
      ],
    },
    {
      name: "the same on two nodes",
      resources: [
        exampleNode(),
        exampleNode({ name: "rpi2" }),
        exampleInstance({ instance: "a", network: "peers", port: 9000 }),
        exampleInstance({ instance: "b", network: "peers", port: 9000, node: "rpi2" }),
      ],
    },
    {
      name: "another stack's",
      resources: [
        exampleNode({ heldByOthers: [{ ...held, port: 9000 }] }),
        exampleInstance({ network: "peers", port: 9000 }),
      ],
      says: ["rpi1: port 9000 is given to critic and night-shift/guard; give each its own"],
    },
    {
      name: "members of Ray clusters side by side",
      resources: [
        exampleNode({ heldByOthers: [{ ...held, port: 20_128, slots: 0 }] }),
        exampleRayMember({ port: 20_000 }),
        exampleRayMember({ instance: "mind-cpu-0", port: 20_064 }),
        exampleInstance({ network: "peers", port: 20_192 }),
      ],
    },
    {
      name: "inside what a member has",
      resources: [
        exampleNode({ heldByOthers: [{ ...held, port: 20_127, slots: 0 }] }),
        exampleRayMember({ port: 20_000 }),
        exampleRayMember({ instance: "mind-cpu-0", port: 20_064 }),
        exampleInstance({ network: "peers", port: 20_190 }),
        exampleInstance({ instance: "b", network: "peers", port: 20_191 }),
      ],
      says: [
        "rpi1: ports are given more than once: mind-cpu-0 20064-20127, night-shift/guard 20127-20190, critic 20190; give each its own",
      ],
    },
    {
      name: "none",
      resources: [exampleNode(), exampleInstance({ network: "peers" }), exampleRayMember()],
      says: [
        "critic: network is peers, and it has no port; give it one",
        "mind-head: is a member of a Ray cluster, and it has no ports; give it some",
      ],
    },
    { name: "another type", resources: [remote(pinned)] },
  ],
  "require-host-key": [
    { name: "pinned", resources: [exampleNode(), remote(pinned)] },
    {
      name: "ECDSA, and that of a jump host",
      resources: [exampleNode({ hostKey: "ecdsa-sha2-nistp256 AAAA", jumpHostKey: "ssh-ed25519 AAAA" })],
    },
    {
      name: "none",
      resources: [exampleNode({ hostKey: "" }), remote({ host: "192.0.2.1" })],
      says: [
        "rpi1: hostKey is missing; compare the machine's fingerprint once and write its key there",
        "connection: hostKey is missing; compare the machine's fingerprint once and write its key there",
      ],
    },
    {
      name: "RSA, also of jump hosts",
      resources: [
        exampleNode({ jumpHostKey: "ssh-rsa AAAA" }),
        remote({ ...pinned, proxy: { hostKey: "ssh-rsa AAAA" } }),
      ],
      says: [
        "rpi1: jumpHostKey is of a kind that cannot be pinned; write the machine's ssh-ed25519 or ecdsa key",
        "connection.proxy: hostKey is of a kind that cannot be pinned; write the machine's ssh-ed25519 or ecdsa key",
      ],
    },
    { name: "another type", resources: [local("true"), exampleInstance()] },
  ],
  "require-ray-version": [
    {
      name: "a cluster of pods",
      resources: [exampleKubeRayCluster({ version: "2.53.9" })],
      says: ["brain: Ray 2.53.9, at least 2.54.0 is required; write ray: 2.60.0"],
    },
    {
      name: "somebody else's cluster",
      resources: [
        {
          type: "berth:components:SharedRayCluster",
          name: "ray-gpu",
          props: { cluster: "ray-gpu", version: "2.49.2" },
        },
      ],
      says: ["ray-gpu: Ray 2.49.2, at least 2.54.0 is required; write ray: 2.60.0"],
    },
    {
      name: "an exemption with its reason",
      resources: [exampleKubeRayCluster({ version: "2.49.2", exemption: "moves in December" })],
    },
    {
      name: "an exemption without one",
      resources: [exampleKubeRayCluster({ version: "2.49.2", exemption: "" })],
      says: ["brain: Ray 2.49.2, at least 2.54.0 is required; write ray: 2.60.0"],
    },
    {
      name: "newer",
      resources: [exampleRayCluster({ version: "2.60.0" }), exampleRayCluster({ version: "3.0.0" })],
    },
    { name: "at the limit", resources: [exampleRayCluster({ version: "2.54.0" })] },
    {
      name: "older",
      resources: [exampleRayCluster({ version: "2.53.9" }), exampleRayCluster({ version: "1.90.0" })],
      says: [
        "mind: Ray 2.53.9, at least 2.54.0 is required; write ray: 2.60.0",
        "mind: Ray 1.90.0, at least 2.54.0 is required; write ray: 2.60.0",
      ],
    },
    {
      name: "no version",
      resources: [exampleRayCluster({ version: "latest" })],
      says: ['mind: "latest" is no version of Ray; write one such as 2.60.0'],
    },
    { name: "another type", resources: [exampleRayMember(), local("pip install ray==2.9.0")] },
  ],
  "require-ray-token-auth": [
    {
      name: "a cluster of pods with a token",
      resources: [exampleKubeRayCluster(), exampleRayClusterObject()],
    },
    {
      name: "a cluster of pods without one",
      resources: [exampleKubeRayCluster({ authMode: "disabled" }), withSpec({ authOptions: undefined })],
      says: [
        'brain: its authentication is "disabled"; it has to be token',
        "brain: asks for no token; write authOptions: {mode: token}",
      ],
    },
    {
      name: "a cluster of pods that is too old for one",
      resources: [
        exampleKubeRayCluster({ version: "2.49.2", authMode: "disabled", exemption: "moves in December" }),
        withSpec({ rayVersion: "2.51.9", authOptions: undefined }),
      ],
    },
    {
      name: "the oldest that knows one",
      resources: [withSpec({ rayVersion: "2.52.0", authOptions: { mode: "disabled" } })],
      says: ["brain: asks for no token; write authOptions: {mode: token}"],
    },
    { name: "a token", resources: [exampleRayCluster()] },
    {
      name: "commands that do not start it, or with a token",
      resources: [
        local("ray status"),
        local("RAY_AUTH_MODE=token RAY_AUTH_TOKEN_PATH=token ray start --head"),
      ],
    },
    {
      name: "no token",
      resources: [exampleRayCluster({ authMode: "disabled" }), local("ray start --head --port=6379")],
      says: [
        'mind: its authentication is "disabled"; it has to be token',
        "create: starts Ray without RAY_AUTH_MODE=token; set it there, and RAY_AUTH_TOKEN_PATH",
      ],
    },
    {
      name: "an experiment that starts it",
      resources: [exampleInstance({ command: ["ray", "start", "--head"] })],
      says: ["command: starts Ray without RAY_AUTH_MODE=token; set it there, and RAY_AUTH_TOKEN_PATH"],
    },
    { name: "another type", resources: [exampleRayMember()] },
  ],
  "require-ray-dashboard-on-localhost": [
    { name: "on the machine itself", resources: [exampleRayCluster()] },
    {
      name: "by its other names",
      resources: [exampleRayCluster({ dashboardHost: "localhost" }), local("ray start --dashboard-host ::1")],
    },
    {
      name: "for everybody",
      resources: [
        exampleRayCluster({ dashboardHost: "0.0.0.0" }),
        local("ray start --head --dashboard-port=8265 --dashboard-host=0.0.0.0"),
      ],
      says: [
        "mind: its dashboard listens on 0.0.0.0; it has to be 127.0.0.1",
        "create: opens the dashboard of Ray to others; leave --dashboard-host out",
      ],
    },
    {
      name: "an experiment that starts it, and says so twice",
      resources: [
        exampleInstance({ command: ["ray", "start", "--dashboard-host=::1", "--dashboard-host=::"] }),
      ],
      says: ["command: opens the dashboard of Ray to others; leave --dashboard-host out"],
    },
    { name: "another type", resources: [exampleRayMember()] },
  ],
  "require-ray-object-store-size": [
    {
      name: "a pod that is too small",
      resources: [pod({ takes: { ramBytes: gb(1.9), gpuMemoryBytes: 0 } })],
      says: [
        "mind-head: takes 1.9 GB, but heap 1 GB + object store 0.2 GB + Ray itself 0.8 GB are 2 GB; give it that, or lower heap_gb",
      ],
    },
    {
      name: "more than it needs",
      resources: [exampleRayMember({ takes: { ramBytes: gb(3), gpuMemoryBytes: 0 } })],
    },
    {
      name: "at the limit",
      resources: [exampleRayMember({ takes: { ramBytes: gb(2), gpuMemoryBytes: 0 } })],
    },
    {
      name: "a byte less, and a store that Ray refuses",
      resources: [
        exampleRayMember({ takes: { ramBytes: gb(2) - 1, gpuMemoryBytes: 0 } }),
        {
          ...exampleRayMember({
            instance: "mind-cpu-0",
            ray: { ...member, objectStoreBytes: gb(0.05) },
            takes: { ramBytes: gb(1.5), gpuMemoryBytes: 0 },
          }),
          type: "berth:components:RayWorker",
        },
      ],
      says: [
        "mind-head: takes 1.99 GB, but heap 1 GB + object store 0.2 GB + Ray itself 0.8 GB are 2 GB; give it that, or lower heap_gb",
        "mind-cpu-0: an object store of 0.05 GB; Ray needs 0.08 GB at least",
      ],
    },
    { name: "another type", resources: [exampleRayCluster(), exampleInstance()] },
  ],
  "forbid-password-login": [
    { name: "a key", resources: [remote({ ...pinned, privateKey: "KEY" }), local("ssh -i key node")] },
    {
      name: "passwords",
      resources: [
        remote({ ...pinned, password: "pw", proxy: { ...pinned, password: "pw" } }),
        local("sshpass -f file ssh node"),
      ],
      says: [
        "connection.password is set; remove it and log in with a key or an SSH agent",
        "connection.proxy.password is set; remove it and log in with a key or an SSH agent",
        "create: logs in with a password or without a host key; log in with a key",
      ],
    },
    {
      name: "a host key waved through",
      resources: [local("ssh -o StrictHostKeyChecking=no node true")],
      says: ["create: logs in with a password or without a host key; log in with a key"],
    },
    { name: "another type", resources: [exampleInstance({ command: ["sshpass"] })] },
  ],
  "forbid-secret-in-command": [
    {
      name: "no secret",
      resources: [
        exampleInstance({
          command: ["python3", "train.py", "--token-file", "~/.token", "--tokens", "512", "TOKEN=$TOKEN"],
        }),
        // What a tokenizer and a library of that name take.
        exampleInstance({ command: ["train", "--pad-token", "<pad>", "--max-token", "50"] }),
        exampleInstance({ command: ["train", "--name", "sk-learn-random-forest-benchmark"] }),
        exampleInstance({ command: ["curl", "-H", "Authorization: Bearer $TOKEN", "redis://:$PASSWORD@h"] }),
        local("curl https://example.org/a@b"),
      ],
    },
    ...[
      ["a private key", "-----BEGIN OPENSSH PRIVATE KEY-----"],
      ["a token of GitHub", `ghp_${"a1".repeat(18)}`],
      ["a token of GitLab", `glpat-${"a1".repeat(10)}`],
      ["a token of Hugging Face", `hf_${"a1".repeat(16)}`],
      ["a key of a model's API", `sk-${"a1".repeat(12)}`],
      ["a token of Slack", `xoxb-${"1".repeat(12)}`],
      ["a key of AWS", `AKIA${"A1".repeat(8)}`],
      ["a signed web token", `eyJ${"a".repeat(12)}.eyJ${"b".repeat(12)}.c`],
      ["a password in an address", "https://ana:hunter2@example.org"],
      ["a password in an address", "redis://:hunter2@example.org"],
      ["a password or token in a header", "curl -H 'Authorization: Bearer hunter2'"],
      ["a password or token as an option", "--password=hunter2"],
      ["a password or token as an option", "ray start --redis-password hunter2"],
      ["a password or token as an option", "--hf-token hunter2"],
      ["a password or token as a variable", "HF_TOKEN=hunter2"],
    ].map(([what, secret]) => ({
      name: what!,
      resources: [exampleInstance({ command: ["run", secret!] })],
      says: [
        `command: holds what looks like ${what}; keep it in a file on the machine that only its user can read, and name that file`,
      ],
    })),
    {
      name: "in any text of a command",
      resources: [remote(pinned, { delete: "API_KEY=hunter2 ./stop" })],
      says: [
        "delete: holds what looks like a password or token as a variable; keep it in a file on the machine that only its user can read, and name that file",
      ],
    },
    {
      name: "in the command of a job",
      resources: [
        {
          type: "berth:components:RayJob",
          name: "pipeline",
          props: { command: ["python", "main.py", "--hf-token", "hunter2"] },
        },
      ],
      says: [
        "command: holds what looks like a password or token as an option; keep it in a file on the machine that only its user can read, and name that file",
      ],
    },
    { name: "another type", resources: [exampleNode()] },
  ],
  "require-ray-priority-below-others": [
    { name: "below 0, and Never", resources: [examplePriorityClass(), exampleRayClusterObject()] },
    {
      name: "as high as everybody",
      resources: [examplePriorityClass({ value: 0 })],
      says: ["brain-minus-100: its value is 0; write one below 0"],
    },
    { name: "at the limit", resources: [examplePriorityClass({ value: -1 })] },
    {
      name: "one that pushes others out, as they do when nothing is said",
      resources: [examplePriorityClass({ preemptionPolicy: undefined })],
      says: ["brain-minus-100: preemptionPolicy is PreemptLowerPriority; write Never"],
    },
    {
      name: "workers without a class",
      resources: [withSpec(groupOf({ containers: [] }))],
      says: ["brain: group gpu: has no priorityClassName; write that of a class below 0"],
    },
    {
      name: "somebody else's class",
      resources: [examplePriorityClass({ metadata: { name: "vllm", labels: {} }, value: 1000 })],
    },
    { name: "another type", resources: [exampleNode()] },
  ],
  "require-container-memory-limits": [
    { name: "as much kept as it may take", resources: [exampleRayClusterObject()] },
    {
      name: "no limit",
      resources: [exampleRayClusterObject({ resources: {} })],
      says: [
        "brain: head: container ray-head: no limit of memory; write resources.limits.memory, and the same in resources.requests",
      ],
    },
    {
      name: "less kept than it may take",
      resources: [
        exampleRayClusterObject({ resources: { limits: memory("64Gi"), requests: memory("56Gi") } }),
      ],
      says: [
        "brain: head: container ray-head: 56Gi of memory are kept for it, and it may take 64Gi; write the same for both",
      ],
    },
    {
      name: "a limit that is taken for the request",
      resources: [exampleRayClusterObject({ resources: { limits: memory("64Gi") } })],
    },
    {
      name: "in any group, and before it starts",
      resources: [
        withSpec(groupOf({ containers: [{ name: "ray-worker" }], initContainers: [{ name: "wait" }] })),
      ],
      says: [
        "brain: group gpu: container wait: no limit of memory; write resources.limits.memory, and the same in resources.requests",
        "brain: group gpu: container ray-worker: no limit of memory; write resources.limits.memory, and the same in resources.requests",
      ],
    },
    {
      name: "pods of others in the stack",
      resources: [deployment({ resources: { limits: memory("8Gi") } }), deployment({})],
      says: [
        "vllm: container server: no limit of memory; write resources.limits.memory, and the same in resources.requests",
      ],
    },
    { name: "another type", resources: [exampleNode()] },
  ],
  "require-image-of-node-architecture": [
    { name: "amd64", resources: [exampleRayClusterObject()] },
    ...[
      ["rayproject/ray:2.60.0-py312-aarch64", "arm64"],
      ["registry.example/ray-arm64:7", "arm64"],
      ["registry.example/blackwell:7", "arm64"],
    ].map(([image, arch]) => ({
      name: `${image} on ${arch}`,
      resources: [exampleRayClusterObject({ image }, { "kubernetes.io/arch": arch! })],
    })),
    ...[
      ["rayproject/ray:2.60.0-py312-gpu", "arm64", "amd64"],
      ["docker.io/rayproject/ray-ml:2.60.0", "arm64", "amd64"],
      ["registry.example/ray-x86_64:7", "arm64", "amd64"],
      ["rayproject/ray:2.60.0-py312-gpu-aarch64", "amd64", "arm64"],
    ].map(([image, arch, of]) => ({
      name: `${image} on ${arch}`,
      resources: [exampleRayClusterObject({ image }, { "kubernetes.io/arch": arch! })],
      says: [
        `brain: head: its nodes are ${arch}, and the image ${image} is for ${of}; write one for ${arch}`,
      ],
    })),
    {
      name: "nodes of any architecture",
      resources: [exampleRayClusterObject({}, {})],
      says: [
        "brain: head: may go to nodes of any architecture; write nodeSelector: {kubernetes.io/arch: …}, a group for each",
      ],
    },
    { name: "another type", resources: [deployment({ image: "rayproject/ray:2.60.0" })] },
  ],
  "show-ray-exemptions": [
    { name: "none", resources: [exampleKubeRayCluster()] },
    {
      name: "one",
      resources: [exampleKubeRayCluster({ version: "2.49.2", exemption: "moves in December" })],
      says: ["brain: Ray 2.49.2 is exempt: moves in December"],
    },
    { name: "another type", resources: [exampleRayCluster()] },
  ],
  "require-valid-overrides": [
    { name: "none", resources: [stack] },
    { name: "a good one", resources: [stack], overrides: overReason },
    {
      name: "every mistake at once",
      resources: [stack],
      overrides: JSON.stringify({
        "require-hostkey": { reason: "x" },
        "advise-memory-headroom": { reason: "x" },
        "require-valid-overrides": { reason: "x" },
        "require-anti-affinity": {},
        "require-gpu-memory": { reason: " " },
        "limit-instances-per-node": { reason: "x", until: "tomorrow" },
      }),
      says: [
        'berth:policies.require-hostkey: no such rule, did you mean "require-host-key"?',
        "berth:policies.advise-memory-headroom: is only advice already; remove it",
        "berth:policies.require-valid-overrides: cannot be overridden; remove it",
        "berth:policies.require-anti-affinity: expected {reason: …} with a text on one line, and nothing else",
        "berth:policies.require-gpu-memory: expected {reason: …} with a text on one line, and nothing else",
        "berth:policies.limit-instances-per-node: expected {reason: …} with a text on one line, and nothing else",
      ],
    },
    ...["off", '["require-memory-headroom"]', "null"].map((overrides) => ({
      name: overrides,
      resources: [stack],
      overrides,
      says: [
        "berth:policies: expected a map such as {require-memory-headroom: {reason: why it may be broken here}}",
      ],
    })),
    { name: "another type", resources: [exampleNode()], overrides: "off" },
  ],
  "show-overrides": [
    { name: "none", resources: [stack] },
    {
      name: "one",
      resources: [stack],
      overrides: overReason,
      says: ["require-memory-headroom is only advice for this stack: Ana watches it"],
    },
    { name: "another type", resources: [exampleNode()], overrides: overReason },
  ],
};

const everyRule = [...rules.mandatory, ...rules.advisory];

describe.each(everyRule)("$name", (rule) => {
  test.each(fixtures[rule.name]!)("$name", ({ resources, says = [], ...terms }) => {
    expect(tryRule(rule, resources, terms)).toEqual(says);
  });

  test("its own example breaks it, and no value of that can be unknown, missing or no value at all without a word", () => {
    const { resources, overrides } = rule.broken;
    // Without a password none is used; a class without the label is somebody else's; without an exemption there is none to show.
    const mending: Record<string, string> = {
      "forbid-password-login": '"password"',
      "require-ray-priority-below-others": '"berth.dev/cluster"',
      "show-ray-exemptions": '"exemption"',
    };
    const isMended = (changed: readonly Resource[]) =>
      rule.name in mending && !JSON.stringify(changed).includes(mending[rule.name]!);
    expect(tryRule(rule, resources, { overrides })).not.toEqual([]);
    for (const replacement of [unknownText, undefined, Number.NaN, -1, { a: 1 }])
      for (const changed of everyChange(resources, replacement).filter((one) => !isMended(one)))
        expect(tryRule(rule, changed, { overrides }), JSON.stringify(changed)).not.toEqual([]);
  });
});

test("sizes that are whole GiB are shown in both", () => {
  const workers = Array.from({ length: 8 }, (_, index) =>
    exampleInstance({ instance: `ray-worker-${index}`, node: "node1", ramBytes: gib(64) }),
  );
  const resources = [
    exampleNode({ name: "node1", ramBytes: gb(516) }),
    exampleInstance({ instance: "ray-head", node: "node1", ramBytes: gib(32) }),
    ...workers,
  ];
  expect(tryRule(rules.mandatory[0]!, resources)).toMatchInlineSnapshot(`
    [
      "node1: 584.12 GB (544 GiB) of 516 GB of RAM would be held, the limit is 438.6 GB (408.47 GiB): 15 % must stay free (memory_headroom.require)
    it is 8 × 68.72 GB (64 GiB) (ray-worker-0, ray-worker-1, ray-worker-2, ray-worker-3, ray-worker-4, ray-worker-5, ray-worker-6, ray-worker-7) + ray-head 34.36 GB (32 GiB)
    the smallest change: 145.52 GB (135.53 GiB) less: ray-worker-0 and ray-worker-1 and ray-head on other nodes",
    ]
  `);
});

test("an instance on a node that the stack does not have is in nobody's sum, and every rule about nodes says so", () => {
  for (const rule of everyRule.filter((one) => "checkNode" in one))
    expect(tryRule(rule, [exampleInstance({ node: "elsewhere" })])).toEqual([
      "cannot be judged, so it counts as broken: critic stands on elsewhere, and the stack has no such Node",
    ]);
});
