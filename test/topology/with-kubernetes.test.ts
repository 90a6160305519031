import { expect, it } from "vitest";
import type { Node } from "../../topology/node";
import type { Held, Observed } from "../../topology/observed";
import type { Topology } from "../../topology/topology";
import { withKubernetes } from "../../topology/with-kubernetes";

const node = {
  name: "wrx80",
  ramBytes: 512e9,
  reservedRamBytes: 16e9,
  gpu: true,
  gpus: 4,
  cpuCores: 32,
} as Node;

const topologyOf = (nodes: Node[], observed: Partial<Observed>) =>
  ({
    cluster: { nodes },
    observed: { previous: {}, others: [], nodes: {}, ...observed },
  }) as unknown as Topology;

const offered = (is: Partial<Node>, allocatable: { cpuCores: number; ramBytes: number; gpus: number }) => {
  const topology = topologyOf([{ ...node, ...is }], { nodes: { wrx80: { allocatable } } });
  const { reservedRamBytes, cpuCores, gpu, gpus } = withKubernetes(topology).cluster.nodes[0]!;
  return { reservedRamBytes, cpuCores, gpu, gpus };
};
const all = { cpuCores: 32, ramBytes: 512e9, gpus: 4 };

it("leaves a node alone that nobody asked", () => {
  const topology = topologyOf([node], {});
  expect(withKubernetes(topology)).toEqual(topology);
});

it("offers what pods may have, and never more than the cluster file does", () => {
  const file = { reservedRamBytes: 16e9, cpuCores: 32, gpu: true, gpus: 4 };
  expect(offered({}, all)).toEqual(file);
  expect(offered({}, { cpuCores: 64, ramBytes: 600e9, gpus: 8 })).toEqual(file);
  expect(offered({}, { cpuCores: 31.5, ramBytes: 490e9, gpus: 3 })).toEqual({
    reservedRamBytes: 22e9,
    cpuCores: 31.5,
    gpu: true,
    gpus: 3,
  });
  expect(offered({}, { ...all, gpus: 0 })).toEqual({ ...file, gpu: false, gpus: 0 });
  expect(withoutCores()).toBe(32);
});

function withoutCores() {
  const { cpuCores: _none, ...rest } = node;
  const topology = topologyOf([rest], { nodes: { wrx80: { allocatable: all } } });
  return withKubernetes(topology).cluster.nodes[0]!.cpuCores;
}

it("leaves the GPUs that SSH comes to", () => {
  const connection = { host: "wrx80" } as Node["connection"] & object;
  expect(offered({ connection }, { ...all, gpus: 0 })).toEqual({
    reservedRamBytes: 16e9,
    cpuCores: 32,
    gpu: true,
    gpus: 4,
  });
});

const held = (stack: string, more: Partial<Held>): Held => ({
  stack,
  instance: "pod",
  node: "wrx80",
  ramBytes: 1,
  gpuMemoryBytes: 0,
  ...more,
});

const devices = (others: Held[], previous: Observed["previous"] = {}) =>
  withKubernetes(topologyOf([node], { others, previous })).observed.others.map(
    ({ gpuDevices }) => gpuDevices,
  );

it("numbers the GPUs of pods from the last one, past those that others are known to have", () => {
  expect(devices([held("kubernetes/a", { gpus: 2 }), held("kubernetes/b", { gpus: 1 })])).toEqual([
    [2, 3],
    [1],
  ]);
  expect(devices([held("other", { gpus: 1, gpuDevices: [3] }), held("kubernetes/a", { gpus: 2 })])).toEqual([
    [3],
    [1, 2],
  ]);
  const previous = { a: { node: "wrx80", gpuDevices: [2, 3] }, b: { node: "elsewhere", gpuDevices: [1] } };
  expect(devices([held("kubernetes/a", { gpus: 1 })], previous)).toEqual([[1]]);
});

it("takes those of others only where no more are left", () => {
  const others = [held("other", { gpus: 1, gpuDevices: [0] }), held("kubernetes/a", { gpus: 4 })];
  expect(devices(others)).toEqual([[0], [0, 1, 2, 3]]);
});

it("numbers nothing else: a stack of older state, a pod without a GPU, a pod elsewhere", () => {
  const others = [
    held("other", { gpus: 1 }),
    held("kubernetes/a", {}),
    held("kubernetes/a", { gpus: 1, node: "elsewhere" }),
  ];
  expect(devices(others)).toEqual([undefined, undefined, undefined]);
});
