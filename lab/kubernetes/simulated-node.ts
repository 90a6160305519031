import type { Cluster } from "../../topology/cluster";

/** A node that kwok plays: it takes pods up to its sizes and says that they run, and nothing runs. */
export interface SimulatedNode {
  /** As Kubernetes knows it, e.g. "hw-brain-01". */
  readonly name: string;
  readonly arch: "amd64" | "arm64";
  readonly cpuCores: number;
  readonly ramBytes: number;
  /** As Kubernetes counts them: slices count. @default 0 */
  readonly gpus?: number;
  /** Beside those that name host, architecture and operating system. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** The nodes of Kubernetes in a cluster, as large as they are declared; with 64 cores where that is not declared. */
export function simulatedNodes({ nodes }: Cluster): SimulatedNode[] {
  return nodes.flatMap(({ kubernetesNode, arch, cpuCores = 64, ramBytes, gpus }) =>
    // Cluster files without the architecture of a node of Kubernetes are refused.
    kubernetesNode === undefined ? [] : [{ name: kubernetesNode, arch: arch!, cpuCores, ramBytes, gpus }],
  );
}

/** The Node object, for the API server. Allocatable is all that it has. */
export function simulatedNode(node: SimulatedNode): object {
  const sizes = {
    cpu: `${node.cpuCores}`,
    memory: `${node.ramBytes}`,
    pods: "110",
    ...(node.gpus && { "nvidia.com/gpu": `${node.gpus}` }),
  };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: node.name,
      annotations: { "kwok.x-k8s.io/node": "fake" },
      labels: {
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/arch": node.arch,
        "kubernetes.io/os": "linux",
        ...(node.gpus && { "nvidia.com/gpu.present": "true" }),
        ...node.labels,
      },
    },
    status: {
      capacity: sizes,
      allocatable: sizes,
      nodeInfo: { ...toldByKwok, architecture: node.arch, operatingSystem: "linux" },
    },
  };
}

/** The API server wants these said, kwok replaces what is empty. */
const toldByKwok = {
  machineID: "",
  systemUUID: "",
  bootID: "",
  osImage: "",
  kernelVersion: "",
  containerRuntimeVersion: "",
  kubeletVersion: "",
  kubeProxyVersion: "",
};
