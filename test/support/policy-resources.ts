import {
  exampleInstance,
  exampleNode,
  exampleRayClusterObject,
  exampleRayMember,
} from "../../policies/example";
import type { Resource } from "../../policies/rule";

// Resources that the tests of more than one rule are made of.

export const gb = (size: number) => Math.round(size * 1e9);
export const held = {
  stack: "night-shift",
  instance: "guard",
  node: "rpi1",
  ramBytes: gb(1),
  gpuMemoryBytes: gb(1),
};
export const gpuNode = exampleNode({ gpu: true, gpuMemoryBytes: gb(24) });
export const twoGpus = exampleNode({ gpu: true, gpus: 2, gpuMemoryBytes: gb(8) });
export const onGpu = (bytes: number, gpu: "required" | "preferred" = "required") =>
  exampleInstance({ gpu, gpuMemoryBytes: bytes, takes: { ramBytes: gb(2), gpuMemoryBytes: bytes } });
export const remote = (connection: object, more: object = {}): Resource => ({
  type: "command:remote:Command",
  name: "start",
  props: { create: "exec ./start", connection, ...more },
});
export const local = (create: string): Resource => ({
  type: "command:local:Command",
  name: "say",
  props: { create },
});
export const pinned = { host: "192.0.2.1", hostKey: "ssh-ed25519 AAAA" };
export const kubernetesNode = (changes: object = {}): Resource => ({
  ...exampleNode(changes),
  type: "berth:components:KubernetesNode",
});
export const pod = (changes: object = {}): Resource => ({
  ...exampleRayMember({ launcher: "kuberay", ...changes }),
  type: "berth:components:KubeRayMember",
});
/** The object of a Ray cluster with one group of workers more, or with other values of its spec. */
export const withSpec = (changes: Record<string, unknown>): Resource => {
  const { props, ...object } = exampleRayClusterObject();
  return { ...object, props: { ...props, spec: { ...(props.spec as object), ...changes } } };
};
export const groupOf = (podSpec: object) => ({
  workerGroupSpecs: [{ groupName: "gpu", template: { spec: podSpec } }],
});
export const deployment = (container: object): Resource => ({
  type: "kubernetes:apps/v1:Deployment",
  name: "vllm",
  props: {
    metadata: { name: "vllm" },
    spec: { template: { spec: { containers: [{ name: "server", ...container }] } } },
  },
});
export const stack: Resource = { type: "pulumi:pulumi:Stack", name: "berth-hive", props: {} };
export const overReason = '{"require-memory-headroom": {"reason": "Ana watches it"}}';
