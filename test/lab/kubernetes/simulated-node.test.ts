import { expect, test } from "vitest";
import { simulatedNode, simulatedNodes } from "../../../lab/kubernetes/simulated-node";
import { load } from "../../support/bad-input";

const { cluster } = load({
  "cluster.yaml": `cluster: {name: lab}
kubernetes: {context: brain}
nodes:
  - {name: HW-BRAIN-01, kubernetes_node: hw-brain-01, type: gb10, ram_gb: 128, cpu_cores: 20, gpus: 2, gpu_sharing: {physical: 1, by: time-slicing}, max_instances: 4}
  - {name: both, kubernetes_node: both-01, host: 192.0.2.1, ssh_user: u, arch: amd64, ram_gb: 64, max_instances: 1}
  - {name: ssh, host: 192.0.2.2, ssh_user: u, ram_gb: 64, max_instances: 1}
`,
});

test("the nodes of Kubernetes, by the names they have there and as large as they are declared", () => {
  expect(simulatedNodes(cluster)).toEqual([
    { name: "hw-brain-01", arch: "arm64", cpuCores: 20, ramBytes: 128e9, gpus: 2 },
    { name: "both-01", arch: "amd64", cpuCores: 64, ramBytes: 64e9, gpus: 0 },
  ]);
});

test("a node has no GPU unless it is declared", () => {
  const [brain, both] = simulatedNodes(cluster).map(simulatedNode) as [object, object];
  expect(brain).toMatchObject({
    metadata: {
      name: "hw-brain-01",
      labels: {
        "kubernetes.io/arch": "arm64",
        "kubernetes.io/hostname": "hw-brain-01",
        "kubernetes.io/os": "linux",
        "nvidia.com/gpu.present": "true",
      },
    },
    status: { allocatable: { cpu: "20", memory: "128000000000", pods: "110", "nvidia.com/gpu": "2" } },
  });
  const sizes = { cpu: "64", memory: "64000000000", pods: "110" };
  expect((both as { status: object }).status).toMatchObject({ allocatable: sizes, capacity: sizes });
});
