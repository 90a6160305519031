// What status, resources, logs and plan tell of a Ray cluster that the real operator and scheduler have made. No pod runs: what a
// log holds is this test's own text, and what pods use nobody measures.
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, expect, inject, test } from "vitest";
import { kubectl, kubectlList } from "../../lab/kubernetes/kubectl";
import { readKubernetesLab } from "../../lab/kubernetes/kubernetes-lab";
import { StackFolder } from "../support/stack-folder";

const lab = readKubernetesLab(inject("kubernetesLab"))!;
const folder = new StackFolder(
  `
cluster: {name: brain}
kubernetes: {context: ${lab.context}, kubeconfig: ${lab.kubeconfig}}
nodes:
  - {name: HW-BRAIN-01, kubernetes_node: hw-brain-01, type: host, arch: arm64, ram_gb: 128, cpu_cores: 20, gpus: 2, max_instances: 4}
`,
  `
name: brain
ray_clusters:
  - name: brain
    launcher: kuberay
    head: {memory_gb: 8, object_store_gb: 1, cpu_cores: 2}
    workers: [{name: gpu, count: 2, memory_gb: 16, object_store_gb: 4, cpu_cores: 4, gpus: 1}]
    kubernetes: {namespace: cognition}
`,
);
const { berth } = folder;
const own = "--namespace=cognition";

afterAll(async () => {
  folder.remove();
  await kubectl(lab, ["delete", "raycluster", "--all", own]);
  await kubectl(lab, ["delete", "namespace", "cognition", "--ignore-not-found"]);
  await kubectl(lab, ["delete", "priorityclass", "--selector=app.kubernetes.io/managed-by=berth"]);
});

const cluster = async () =>
  JSON.parse((await berth("status", "brain-node", "--json")).stdout).ray_clusters[0];
const pods = async () =>
  (await kubectlList<{ metadata: { name: string } }>(lab, "pods", own))
    .map(({ metadata }) => metadata.name)
    .sort();

test("a cluster that nobody has made is absent", async () => {
  const { status, stdout } = await berth("status", "brain-node");
  expect([status, stdout]).toEqual([
    1,
    "brain (KubeRay in cognition): absent\n  there is no such RayCluster; up makes what is new\n",
  ]);
});

test("status and resources tell of its pods, the head first", async () => {
  await kubectl(
    lab,
    ["apply", "--server-side", "--filename=-"],
    readFileSync("test/golden/kubernetes/brain.yaml", "utf8"),
  );
  const names = ["--for=jsonpath={.status.readyWorkerReplicas}=2", "raycluster/brain", own, "--timeout=60s"];
  await kubectl(lab, ["wait", ...names]);
  await expect.poll(async () => (await cluster()).state, { timeout: 30_000 }).toBe("ready");
  const [first, second, head] = await pods();
  const { status, stdout } = await berth("status", "brain-node");
  expect([status, stdout.replace(/ \d+s /g, " 5s ").replace(/ +/g, " ")]).toEqual([
    0,
    [
      "INSTANCE NODE STATE UP RESTARTS MEMORY LAST LINE",
      `${head} HW-BRAIN-01 running 5s 0 up to 8.5 GB `,
      `${first} HW-BRAIN-01 running 5s 0 up to 16.0 GB `,
      `${second} HW-BRAIN-01 running 5s 0 up to 16.0 GB `,
      "brain (KubeRay in cognition): ready, 2 of 2 workers",
      "",
    ].join("\n"),
  ]);
  expect((await berth("resources", "brain-node")).stdout).toBe(`\
HW-BRAIN-01  memory  ██████··············  pods ask for 40.5 of 128.0 GB, Berth's brain-node 40.5
             CPU     ███████████·········  pods ask for 10.5 of 20 cores, Berth's brain-node 10.5
             GPU     ████████████████████  pods ask for 2 of 2, Berth's brain-node 2
`);
});

test("a worker that has no place says why", async () => {
  const patch = JSON.stringify([{ op: "replace", path: "/spec/workerGroupSpecs/0/replicas", value: 3 }]);
  await kubectl(lab, ["patch", "raycluster/brain", own, "--type=json", `--patch=${patch}`]);
  await expect
    .poll(async () => (await cluster()).reason, { timeout: 30_000 })
    .toMatch(/Insufficient nvidia.com\/gpu/);
  const { state, ready_workers: ready, desired_workers: desired, reason, pods: all } = await cluster();
  const pending = all.find((one: { state: string }) => one.state === "pending");
  expect({ state, ready, desired, node: pending.node, reason }).toEqual({
    state: "waiting",
    ready: 2,
    desired: 3,
    node: null,
    reason: `${pending.name}: ${pending.reason}`,
  });
  expect((await berth("logs", "brain-node", pending.name)).stderr).toBe(
    `berth: NotFound: ${pending.name} has no log, it is pending: ${pending.reason}\n`,
  );
});

test("logs finds a member's pod, by its name here or there", async () => {
  const head = (await pods()).find((name) => name.includes("-head-"))!;
  expect(await berth("logs", "brain-node", "brain-head")).toEqual({
    status: 1,
    stdout: "",
    stderr: `berth: LogUnavailable: ${head} on HW-BRAIN-01 is running, its kubelet gives no log: 400 no logs found for container "ray-head" in pod "cognition/${head}"\n`,
  });
  const log = folder.file("head.log");
  writeFileSync(
    log,
    ["one", "two", "three"]
      .map((word, at) => `2026-11-22T10:00:0${at}.000000000Z stdout F ${word}\n`)
      .join(""),
  );
  const logs = {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Logs",
    metadata: { name: head, namespace: "cognition" },
    spec: { logs: [{ containers: ["ray-head"], logsFile: log }] },
  };
  await kubectl(lab, ["create", "--filename=-"], JSON.stringify(logs));
  await expect
    .poll(async () => (await berth("logs", "brain-node", "brain", "-n", "2")).stdout, { timeout: 30_000 })
    .toBe("two\nthree\n");
  const json = await berth("logs", "brain-node", head, "--json", "-n", "1");
  expect(JSON.parse(json.stdout)).toEqual({ node: "HW-BRAIN-01", instance: head, pod: head, line: "three" });
  expect((await berth("logs", "brain-node", "brian")).stderr).toBe(
    'berth: no instance, Ray job or node "brian", did you mean "brain"?\n',
  );
});

test("who else is there is in the next plan's way, and it says so", async () => {
  const { status } = await berth("health", "somebody-else");
  expect(status).toBe(0);
  const { stdout } = await berth("why", "somebody-else", "brain-gpu-0", "HW-BRAIN-01");
  expect(stdout).toMatch(
    /^brain-gpu-0 is planned nowhere\.\nHW-BRAIN-01 does not take it:\n- InsufficientGpus: needs 1 GPU, 0 GPUs left, taken by/,
  );
});
