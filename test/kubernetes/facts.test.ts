// What Berth reads of a real API server, scheduler and cluster without a metrics API. No pod runs, so what pods use is not proved, only what
// they ask for.
import { readFileSync, rmSync } from "node:fs";
import { relative } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { kubectl } from "../../lab/kubernetes/kubectl";
import { readKubernetesLab } from "../../lab/kubernetes/kubernetes-lab";
import { StackFolder } from "../support/stack-folder";

const lab = readKubernetesLab(inject("kubernetesLab"))!;
const [research, inference] = ["facts-research", "facts-inference"];

const cluster = ({ context = lab.context, node = "hw-brain-01" } = {}) => `
cluster: {name: brain}
kubernetes: {context: ${context}, kubeconfig: ${lab.kubeconfig}}
nodes:
  - name: HW-BRAIN-01
    kubernetes_node: ${node}
    type: gb10
    ram_gb: 128
    cpu_cores: 20
    gpus: 2
    gpu_sharing: {physical: 1, by: time-slicing}
    max_instances: 4
    co_tenants: [{name: vllm, ram_gb: 8, gpu_memory_gb: 40, gpus: 1, namespace: ${inference}}]
`;

const folder = new StackFolder(
  cluster(),
  "{name: s, instances: [{instance_id: a, command: [sleep, '1'], ram_gb: 1}]}",
);
const { berth } = folder;

const pod = (namespace: string, name: string, requests: object, labels: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, labels },
  spec: {
    nodeName: "hw-brain-01",
    containers: [{ name: "main", image: "none", resources: { requests, limits: requests } }],
  },
});

beforeAll(async () => {
  for (const namespace of [research, inference]) {
    await kubectl(lab, ["create", "namespace", namespace]);
    await kubectl(lab, ["wait", "--for=create", "serviceaccount/default", `--namespace=${namespace}`]);
  }
  const items = [
    pod(research, "train-0", { cpu: "4", memory: "16G", "nvidia.com/gpu": 1 }),
    pod(research, "notebook", { cpu: "500m" }),
    pod(inference, "vllm-0", { cpu: "1", memory: "12G", "nvidia.com/gpu": 1 }),
    pod(research, "ours", { memory: "2G" }, { "berth.dev/stack": "facts-test" }),
  ];
  await kubectl(lab, ["create", "--filename=-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
});

afterAll(async () => {
  folder.remove();
  await kubectl(lab, ["uncordon", "hw-brain-01"]);
  await kubectl(lab, ["delete", "namespace", research, inference, "--ignore-not-found"]);
});

const holding = (instance: string, cpu_cores: number, more: object = {}) => ({
  stack: `kubernetes/${research}`,
  instance,
  memory_bytes: 0,
  gpu_memory_bytes: 0,
  cpu_cores,
  ...more,
  slots: 0,
  port: null,
});
const { cpu_cores: _none, ...ours } = holding("ours", 0, { memory_bytes: 2e9 });
const holdings = [
  holding("notebook", 0.5),
  { ...ours, pod_of: "facts-test" },
  holding("train-0", 4, { memory_bytes: 16e9, gpus: 1 }),
];
const allocatable = { cpu_cores: 20, memory_bytes: 128e9, gpus: 2 };
const notes = [`vllm asks for 12 GB in namespace ${inference}, the cluster file says 8 GB`];

test("health tells how a node of Kubernetes is and what runs there, and keeps it for the next preview", async () => {
  const { status, stdout, stderr } = await berth("health", "facts-test", "--json");
  expect([stderr, status]).toEqual(["", 0]);
  const { taken_at, ...told } = JSON.parse(stdout);
  const requested = { cpu_cores: 5.5, memory_bytes: 30e9, gpus: 2 };
  expect(told).toEqual({
    version: 1,
    nodes: {
      "HW-BRAIN-01": {
        status: "HEALTHY",
        holdings,
        notes,
        kubernetes: { node: "hw-brain-01", allocatable, requested },
        unwell: [],
      },
    },
    unknown_nodes: ["wrx80-node1"],
  });
  expect(JSON.parse(readFileSync(folder.file("facts.json"), "utf8"))).toEqual({
    version: 1,
    taken_at,
    nodes: { "HW-BRAIN-01": { status: "HEALTHY", allocatable, holdings, notes } },
  });
});

test("the same for people; a cordoned node keeps what it has", async () => {
  await kubectl(lab, ["cordon", "hw-brain-01"]);
  expect(await berth("facts", "facts-test")).toEqual({
    status: 1,
    stderr: "",
    stdout: `\
HW-BRAIN-01  DEGRADED     pods ask for 30.0 of 128.0 GB, 5.5 of 20 cores, 2 of 2 GPUs; cordoned; kubectl --context ${lab.context} uncordon hw-brain-01 takes it back; kubernetes/${research}/notebook, kubernetes/${research}/ours, kubernetes/${research}/train-0
             note: ${notes[0]}
note: Kubernetes has nodes that the cluster file does not: wrx80-node1

Written to ${relative(process.cwd(), folder.file("facts.json"))}; the next preview reads it.
`,
  });
  await kubectl(lab, ["uncordon", "hw-brain-01"]);
});

test("what is wrong with the way there is no word about the nodes: nothing is written", async () => {
  rmSync(folder.file("facts.json"));
  folder.write("cluster.yaml", cluster({ context: "berth-lap" }));
  const { status, stderr } = await berth("health", "facts-test");
  expect([status, stderr]).toEqual([
    2,
    `berth: ContextUnknown: ${lab.kubeconfig} has no context "berth-lap", as kubernetes.context of the cluster file says, did you mean "${lab.context}"?\n`,
  ]);
  expect(() => readFileSync(folder.file("facts.json"))).toThrow("ENOENT");
  folder.write("cluster.yaml", cluster({ node: "hw-brain-1" }));
  const { nodes } = JSON.parse((await berth("health", "facts-test", "--json")).stdout);
  expect(nodes["HW-BRAIN-01"]).toEqual({
    status: "UNAVAILABLE",
    reason: 'Kubernetes has no node "hw-brain-1", did you mean "hw-brain-01"?',
    holdings: [],
    unwell: [],
  });
  folder.write("cluster.yaml", cluster());
});
