import type { InstanceView } from "../components/instance-view";
import type { NodeView } from "../components/node";
import type { RayClusterView } from "../components/ray-cluster";
import { ExperimentInstance, KubeRayCluster, Node, RayCluster, RayHead } from "./component-types";
import { PriorityClass, RayClusterObject } from "./kubernetes-types";
import type { Resource } from "./rule";

// What rules look at, and no more: the examples of broken rules are made of these.

/** A Raspberry Pi of 8 GB, with `changes`. */
export function exampleNode(changes: Partial<NodeView> = {}): Resource {
  const props: Partial<NodeView> = {
    name: "rpi1",
    ramBytes: 8e9,
    unifiedMemory: false,
    gpu: false,
    gpus: changes.gpu ? 1 : 0,
    gpuMemoryBytes: 0,
    maxInstances: 2,
    coTenants: [],
    memoryHeadroom: { require: 0.15, advise: 0.2 },
    hostKey: "ssh-ed25519 AAAA",
    heldByOthers: [],
    ...changes,
  };
  return { type: Node, name: props.name!, props };
}

/** An instance of 2 GB on that node, with `changes`. */
export function exampleInstance(changes: Partial<InstanceView> = {}): Resource {
  const { ramBytes = 2e9 } = changes;
  const props: Partial<InstanceView> = {
    instance: "critic",
    ramBytes,
    gpu: "none",
    gpus: 0,
    gpuMemoryBytes: 0,
    slots: 1,
    antiAffinity: [],
    network: "isolated",
    command: ["python3", "main.py"],
    node: "rpi1",
    takes: { ramBytes, gpuMemoryBytes: 0 },
    ...changes,
  };
  return { type: ExperimentInstance, name: props.instance!, props };
}

/** A Ray cluster led from that node, with `changes`. */
export function exampleRayCluster(changes: Partial<RayClusterView> = {}): Resource {
  const props: Partial<RayClusterView> = {
    cluster: "mind",
    version: "2.60.0",
    authMode: "token",
    dashboardHost: "127.0.0.1",
    ...changes,
  };
  return { type: RayCluster, name: props.cluster!, props };
}

/** Its head, which takes 2 GB, with `changes`. */
export function exampleRayMember(changes: Partial<InstanceView> = {}): Resource {
  const { props } = exampleInstance({
    instance: "mind-head",
    slots: 0,
    command: [],
    ray: {
      cluster: "mind",
      role: "head",
      heapBytes: 1e9,
      objectStoreBytes: 2e8,
      ownBytes: 8e8,
      cpus: 1,
      gpus: 0,
    },
    ...changes,
  });
  return { type: RayHead, name: `${props.instance}`, props };
}

/** A Ray cluster of pods, with `changes`. */
export function exampleKubeRayCluster(changes: Record<string, unknown> = {}): Resource {
  const props = { cluster: "brain", version: "2.60.0", authMode: "token", ...changes };
  return { type: KubeRayCluster, name: props.cluster, props };
}

/** The object that KubeRay makes pods of, a head alone: its container with `changes`, its nodes by labels. */
export function exampleRayClusterObject(
  changes: Record<string, unknown> = {},
  nodeSelector: Record<string, string> = { "kubernetes.io/arch": "amd64" },
): Resource {
  const memory = { memory: "8G" };
  const container = {
    name: "ray-head",
    image: "rayproject/ray:2.60.0-py312",
    resources: { limits: memory, requests: memory },
    ...changes,
  };
  const template = { spec: { containers: [container], priorityClassName: "brain-minus-100", nodeSelector } };
  return {
    type: RayClusterObject,
    name: "brain-cluster",
    props: {
      metadata: { name: "brain" },
      spec: { rayVersion: "2.60.0", authOptions: { mode: "token" }, headGroupSpec: { template } },
    },
  };
}

/** The class of its pods, with `changes`. */
export function examplePriorityClass(changes: Record<string, unknown> = {}): Resource {
  const metadata = { name: "brain-minus-100", labels: { "berth.dev/cluster": "brain" } };
  return {
    type: PriorityClass,
    name: "brain-priority",
    props: { metadata, value: -100, preemptionPolicy: "Never", ...changes },
  };
}
