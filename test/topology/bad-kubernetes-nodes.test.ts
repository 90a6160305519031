import { describe, expect, it } from "vitest";
import { mistakes } from "../support/bad-input";

const inCluster = (kubernetes: string, ...nodes: string[]) => ({
  "cluster.yaml": `cluster: {name: lab}\n${kubernetes}\nnodes:\n${nodes.map((node) => `  - {${node}}\n`).join("")}`,
});
const brain = "kubernetes: {context: brain}";
const gb10 = "name: HW-BRAIN-01, kubernetes_node: hw-brain-01, type: gb10, ram_gb: 128, max_instances: 4";

describe("nodes of Kubernetes", () => {
  it.each<[string, string, Record<string, string>]>([
    ["one without SSH", "", inCluster(brain, gb10)],
    ["one with SSH, too", "", inCluster(brain, `${gb10}, host: 192.0.2.1, ssh_user: u`)],
    [
      "two GPUs that are slices of one",
      "",
      inCluster(brain, `${gb10}, gpus: 2, gpu_sharing: {physical: 1, by: mig}`),
    ],
    [
      "a node that nothing comes to",
      "cluster.yaml:4:5  nodes[0].host: missing, expected a host name or address, or kubernetes_node\ncluster.yaml:4:5  nodes[0].ssh_user: missing, expected a login name, or kubernetes_node",
      inCluster("", "name: a, ram_gb: 8, max_instances: 1"),
    ],
    [
      "half of SSH",
      "cluster.yaml:4:5  nodes[0].ssh_user: missing, expected a login name",
      inCluster(brain, `${gb10}, host: 192.0.2.1`),
    ],
    [
      "an SSH port of no host, beside another mistake",
      "cluster.yaml:4:5  nodes[0].host: missing, expected a host name or address\ncluster.yaml:4:5  nodes[0].ssh_user: missing, expected a login name",
      inCluster(brain, `${gb10}, ssh_port: 22`),
    ],
    [
      "a name in capitals",
      "cluster.yaml:4:42  nodes[0].kubernetes_node: expected a name in Kubernetes: lower case letters, digits, '-' and '.', got \"HW\"",
      inCluster(brain, gb10.replace("hw-brain-01", "HW")),
    ],
    [
      "no context",
      "cluster.yaml:2:13  kubernetes.context: missing, expected a context of the kubeconfig",
      inCluster("kubernetes: {}", gb10),
    ],
    [
      "no Kubernetes",
      'cluster.yaml:4:42  nodes[0].kubernetes_node: "hw-brain-01", but this file does not say which Kubernetes; write kubernetes: {context: …} beside nodes',
      inCluster("", gb10),
    ],
    [
      "one node of Kubernetes twice",
      'cluster.yaml:5:32  nodes[1].kubernetes_node: "hw-brain-01" is HW-BRAIN-01 already; a node of Kubernetes is one node here',
      inCluster(brain, gb10, gb10.replace("HW-BRAIN-01", "b")),
    ],
    [
      "no architecture",
      "cluster.yaml:4:5  nodes[0].arch: missing, expected one of: arm64, amd64: the images for a node of Kubernetes go by it",
      inCluster(brain, gb10.replace("gb10", "host")),
    ],
    [
      "slices of more cards than GPUs",
      "cluster.yaml:4:154  nodes[0].gpu_sharing.physical: 2 cards cannot make 1 GPUs; at most gpus",
      inCluster(brain, `${gb10}, unified_memory: false, gpus: 1, gpu_sharing: {physical: 2, by: mps}`),
    ],
    [
      "two cards in one memory",
      "cluster.yaml:4:104  nodes[0].gpus: 4 GPUs, but unified memory belongs to one; write unified_memory: false or gpus: 1",
      inCluster(brain, `${gb10}, gpus: 4, gpu_sharing: {physical: 2, by: mps}`),
    ],
    [
      "slices of what is not counted",
      "cluster.yaml:4:122  nodes[0].gpu_sharing: no gpus; write how many Kubernetes counts",
      inCluster(brain, `${gb10}, gpu: true, gpu_sharing: {physical: 1, by: mps}`),
    ],
    [
      "slices where SSH comes",
      "cluster.yaml:4:150  nodes[0].gpu_sharing: programs that come over SSH would take each counted GPU for a card; leave it out, or leave out host and what belongs to it",
      inCluster(brain, `${gb10}, gpus: 2, host: 192.0.2.1, ssh_user: u, gpu_sharing: {physical: 1, by: mps}`),
    ],
    [
      "slices of no node of Kubernetes",
      "cluster.yaml:4:88  nodes[0].gpu_sharing: is made by Kubernetes' device plugin, and this is no node of Kubernetes; leave it out",
      inCluster(
        "",
        "name: a, host: h, ssh_user: u, ram_gb: 8, max_instances: 1, gpus: 2, gpu_sharing: {physical: 1, by: mps}",
      ),
    ],
    [
      "an unknown way of sharing",
      'cluster.yaml:4:138  nodes[0].gpu_sharing.by: expected one of: time-slicing, mig, mps, got "timeslicing", did you mean "time-slicing"?',
      inCluster(brain, `${gb10}, gpus: 2, gpu_sharing: {physical: 1, by: timeslicing}`),
    ],
    [
      "a co-tenant with more GPUs than there are",
      "cluster.yaml:4:139  nodes[0].co_tenants[0].gpus: co-tenants have 2 GPUs together, the node has 1; lower one",
      inCluster(brain, `${gb10}, gpus: 1, co_tenants: [{name: vllm, gpus: 2}]`),
    ],
    [
      "a namespace where Kubernetes is not",
      'cluster.yaml:4:103  nodes[0].co_tenants[0].namespace: "inference", but this is no node of Kubernetes; leave it out or write kubernetes_node',
      inCluster(
        "",
        "name: a, host: h, ssh_user: u, ram_gb: 8, max_instances: 1, co_tenants: [{name: vllm, namespace: inference}]",
      ),
    ],
    [
      "two co-tenants of one namespace",
      'cluster.yaml:4:170  nodes[0].co_tenants[1].namespace: a second co-tenant of "inference"; put what is there into one',
      inCluster(
        brain,
        `${gb10}, co_tenants: [{name: vllm, namespace: inference}, {name: tgi, namespace: inference}]`,
      ),
    ],
    [
      "connections of a node that SSH does not come to",
      "connections.yaml:2:3  nodes.HW-BRAIN-01: SSH does not come to it in the cluster file; write host and ssh_user there, or leave this out",
      { ...inCluster(brain, gb10), "connections.yaml": "nodes:\n  HW-BRAIN-01: {host: 127.0.0.1}\n" },
    ],
  ])("%s", (_, expected, files) => {
    expect(mistakes(files)).toBe(expected);
  });
});
