import { expect, it } from "vitest";
import { sshNodes } from "../../topology/ssh-nodes";
import { load } from "../support/bad-input";

const text = `cluster: {name: lab}
kubernetes: {context: brain, kubeconfig: ~/brain.yaml}
nodes:
  - name: HW-BRAIN-01
    kubernetes_node: hw-brain-01
    type: gb10
    ram_gb: 128
    cpu_cores: 20
    gpus: 2
    gpu_sharing: {physical: 1, by: time-slicing}
    max_instances: 4
    co_tenants: [{name: vllm, ram_gb: 8, gpu_memory_gb: 40, gpus: 1, namespace: inference}]
  - {name: both, kubernetes_node: both, host: 192.0.2.1, ssh_user: u, type: host, arch: amd64, ram_gb: 64, max_instances: 1}
`;

it("nodes of Kubernetes are loaded, with SSH and without", () => {
  const { cluster } = load({ "cluster.yaml": text });
  expect(cluster.kubernetes).toEqual({ context: "brain", kubeconfig: "~/brain.yaml" });
  expect(cluster.nodes[0]).toEqual({
    name: "HW-BRAIN-01",
    kubernetesNode: "hw-brain-01",
    type: "gb10",
    arch: "arm64",
    labels: {},
    status: "HEALTHY",
    ramBytes: 128e9,
    reservedRamBytes: 16e9,
    unifiedMemory: true,
    gpu: true,
    gpus: 2,
    gpuSharing: { physical: 1, by: "time-slicing" },
    gpuMemoryBytes: 128e9,
    cpuCores: 20,
    maxInstances: 4,
    coTenants: [{ name: "vllm", ramBytes: 8e9, gpuMemoryBytes: 40e9, gpus: 1, namespace: "inference" }],
    memoryHeadroom: { require: 0.15, advise: 0.2 },
    memoryFloor: 0.05,
  });
  expect(sshNodes(cluster)).toEqual([
    expect.objectContaining({
      name: "both",
      kubernetesNode: "both",
      connection: { host: "192.0.2.1", port: 22, user: "u" },
      remoteWorkDir: "~/berth",
    }),
  ]);
});
