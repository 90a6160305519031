// What pods are planned like. That Kubernetes does what the plan says is proven in test/kubernetes.
import { describe, expect, it } from "vitest";
import { explain } from "../../placement/explain";
import { place } from "../../placement/place";
import { loadTopology } from "../../topology/load-topology";
import { aNode, anInstance, aTopology, gb } from "../support/topology";

const fixture = (name: string) => `test/fixtures/kubernetes/${name}.yaml`;

describe("the explanation of pods", () => {
  it.each([
    ["brain", "brain-node"],
    ["wrx80", "ray-separate"],
    ["wrx80", "ray-twice"],
  ])("on %s of %s", async (cluster, scenario) => {
    const plan = await place(
      loadTopology({ cluster: fixture(`${cluster}.cluster`), scenario: fixture(`${scenario}.scenario`) }),
    );
    await expect(explain(plan)).toMatchFileSnapshot(`../golden/${scenario}.explain.txt`);
  });
});

const kube = { connection: undefined, remoteWorkDir: undefined, kubernetesNode: "node" };
const pod = (fields = {}) => anInstance({ launcher: "kuberay", slots: 0, ...fields });

describe("pods and nodes of Kubernetes", () => {
  it.each([
    ["a pod on a node without Kubernetes", aNode(), pod(), "is a pod, and this is no node of Kubernetes"],
    [
      "a process on a node of Kubernetes alone",
      aNode(kube),
      anInstance(),
      "comes over SSH, and only Kubernetes reaches this node",
    ],
    ["a pod on a node with both", aNode({ kubernetesNode: "node" }), pod(), undefined],
    ["a process on a node with both", aNode({ kubernetesNode: "node" }), anInstance(), undefined],
    [
      "a pod that is bound elsewhere",
      aNode(kube),
      pod({ boundTo: "other" }),
      "kubernetes.node of instance says other",
    ],
    [
      "a pod that is too large",
      aNode({ ...kube, ramBytes: gb(16) }),
      pod({ ramBytes: gb(14) }),
      "needs 14 GB (13.04 GiB) of RAM outside the 15 % headroom, has 13.6 GB (12.67 GiB) even when empty",
    ],
    [
      "whole GPUs that a co-tenant has",
      aNode({
        ...kube,
        gpu: true,
        gpus: 4,
        coTenants: [{ name: "vllm", ramBytes: 0, gpuMemoryBytes: 0, gpus: 3 }],
      }),
      pod({ gpu: "required", gpus: 2 }),
      "needs 2 GPUs, has 1 GPU even when empty",
    ],
    [
      "a share of a GPU that a co-tenant has",
      aNode({
        gpu: true,
        gpuMemoryBytes: gb(8),
        coTenants: [{ name: "vllm", ramBytes: 0, gpuMemoryBytes: gb(1), gpus: 1 }],
      }),
      anInstance({ gpu: "required", gpus: 0.5 }),
      "needs 0.5 of a GPU, has nothing even when empty",
    ],
  ])("%s", async (_, node, instance, text) => {
    const { unplaced } = await place(aTopology([node], [instance]));
    expect(unplaced[0]?.rejections[0]?.text).toBe(text);
  });

  it("takes nothing of the memory of GPUs that a co-tenant has for itself", async () => {
    const node = aNode({
      gpu: true,
      gpus: 2,
      gpuMemoryBytes: gb(8),
      coTenants: [{ name: "vllm", ramBytes: 0, gpuMemoryBytes: gb(7), gpus: 1 }],
    });
    const { placements, nodes } = await place(
      aTopology([node], [anInstance({ gpu: "required", gpus: 1, gpuMemoryBytes: gb(8) })]),
    );
    expect(placements[0]!.gpuDevices).toEqual([1]);
    expect(nodes[0]!.gpuCoTenantBytes).toBe(gb(7));
  });

  it.each(["balanced", "pack"] as const)(
    "several members of a cluster share a node, %s",
    async (strategy) => {
      const node = aNode({ ...kube, gpu: true, gpus: 4, cpuCores: 8 });
      const members = [0, 1, 2].map((at) => pod({ id: `w-${at}`, gpu: "required", gpus: 1, cpuCores: 2 }));
      const topology = aTopology([aNode({ name: "pi" }), node], members);
      const { placements } = await place({ ...topology, scenario: { ...topology.scenario, strategy } });
      expect(placements.map((one) => [one.node, one.gpuDevices, one.port])).toEqual([
        ["node", [0], undefined],
        ["node", [1], undefined],
        ["node", [2], undefined],
      ]);
    },
  );

  it("a pod, one that is bound, and a process that take the same are each told their own reasons", async () => {
    const nodes = [aNode({ ...kube, name: "k" }), aNode({ name: "ssh" })];
    const { placements } = await place(
      aTopology(nodes, [pod({ id: "a" }), pod({ id: "b", boundTo: "k" }), anInstance({ id: "c", slots: 0 })]),
    );
    expect(placements.map((one) => [one.instance, one.node, one.rejections[0]?.token])).toEqual([
      ["a", "k", "WrongLauncher"],
      ["b", "k", "WrongLauncher"],
      ["c", "ssh", "WrongLauncher"],
    ]);
    const both = [aNode({ name: "k", kubernetesNode: "k" }), aNode({ name: "l", kubernetesNode: "l" })];
    const bound = await place(aTopology(both, [pod({ id: "a" }), pod({ id: "b", boundTo: "l" })]));
    expect(bound.placements.map((one) => [one.instance, one.node, one.rejections[0]?.token])).toEqual([
      ["a", "k", undefined],
      ["b", "l", "BoundElsewhere"],
    ]);
  });
});
