// The Kubernetes that the other tests use. It proves API server, controllers, scheduler and operator; no pod runs.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createSocket } from "node:net";
import { join } from "node:path";
import { load } from "js-yaml";
import { afterAll, describe, expect, inject, test } from "vitest";
import { kubectl, kubectlList } from "../../lab/kubernetes/kubectl";
import {
  kubernetesLabDown,
  kubernetesLabServers,
  kubernetesLabUp,
  readKubernetesLab,
} from "../../lab/kubernetes/kubernetes-lab";
import { kubernetesFolder } from "../support/shared-kubernetes";

const namespace = "lab-test";
const lab = readKubernetesLab(inject("kubernetesLab"))!;

afterAll(() => kubectl(lab, ["delete", "namespace", namespace, "--ignore-not-found"]));

const sleeper = (name: string, node: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace },
  spec: { nodeName: node, containers: [{ name: "main", image: "none" }] },
});

const create = (...items: object[]) =>
  kubectl(lab, ["create", "--filename=-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));

test("who has the kubeconfig, and nobody else, is an administrator; it names no current context", async () => {
  expect(statSync(lab.kubeconfig).mode & 0o777).toBe(0o600);
  expect(Object.keys(load(readFileSync(lab.kubeconfig, "utf8")) as object)).toEqual([
    "apiVersion",
    "kind",
    "clusters",
    "users",
    "contexts",
  ]);
  const whoAmI = ["auth", "whoami", "--output=jsonpath={.status.userInfo.username}"];
  expect(await kubectl(lab, whoAmI)).toBe("admin");
  await expect(kubectl(lab, [...whoAmI, "--token=wrong"])).rejects.toThrow("Unauthorized");
  const foreign = `--certificate-authority=${join(lab.directory, "certificates", "service-accounts.pub")}`;
  await expect(kubectl(lab, [...whoAmI, foreign])).rejects.toThrow("unable to load root certificates");
});

test("a pod has the log that a test gives it, and a port of this computer behind one of its own", async () => {
  const server = createServer((_, answer) => answer.end("from this computer")).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const log = join(lab.directory, "pod.log");
  writeFileSync(log, "2026-11-22T10:00:00.000000000Z stdout F hello\n");
  await kubectl(lab, ["create", "namespace", namespace]);
  await kubectl(lab, ["wait", "--for=create", `serviceaccount/default`, `--namespace=${namespace}`]);
  const kwok = (kind: string, spec: object) => ({
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind,
    metadata: { name: "talker", namespace },
    spec,
  });
  await create(
    sleeper("talker", "hw-brain-01"),
    kwok("Logs", { logs: [{ containers: ["main"], logsFile: log }] }),
    kwok("PortForward", { forwards: [{ ports: [8265], target: { address: "127.0.0.1", port } }] }),
  );
  await kubectl(lab, ["wait", "--for=condition=Ready", "pod/talker", `--namespace=${namespace}`]);
  // kwok takes note of the log in its own time, too.
  await expect
    .poll(() => kubectl(lab, ["logs", "talker", `--namespace=${namespace}`]), { timeout: 30_000 })
    .toBe("hello\n");

  const forward = spawn(join(lab.programs, "kubectl"), [
    `--kubeconfig=${lab.kubeconfig}`,
    `--context=${lab.context}`,
    `--namespace=${namespace}`,
    "port-forward",
    "pod/talker",
    ":8265",
  ]);
  const line = await new Promise<string>((resolve) =>
    forward.stdout.once("data", (data) => resolve(`${data}`)),
  );
  const answer = await fetch(`http://${/127\.0\.0\.1:\d+/.exec(line)![0]}`);
  expect(await answer.text()).toBe("from this computer");
  forward.kill();
  server.close();
});

test("the scheduler counts: a pod that is larger than each node waits, and its event says why", async () => {
  const { spec, ...pod } = sleeper("giant", "");
  const container = { ...spec.containers[0], resources: { requests: { memory: "600G" } } };
  await create({ ...pod, spec: { containers: [container] } });
  await kubectl(lab, ["wait", "--for=condition=PodScheduled=false", "pod/giant", `--namespace=${namespace}`]);
  const failures = ["events", `--namespace=${namespace}`, "--field-selector=reason=FailedScheduling"];
  // Events are sent beside all else, and may come later.
  await expect
    .poll(async () => (await kubectlList<{ message: string }>(lab, ...failures))[0]?.message, {
      timeout: 30_000,
    })
    .toMatch(/^0\/2 nodes are available: 2 Insufficient memory\./);
});

describe("a Kubernetes of its own", () => {
  const folder = kubernetesFolder();
  afterAll(() => kubernetesLabDown(folder));
  const node = { name: "pi", arch: "arm64", cpuCores: 4, ramBytes: 8e9 } as const;

  test("up again starts only what has ended, and changes sizes", async () => {
    const own = await kubernetesLabUp(folder, { context: "brain", nodes: [node] });
    const before = kubernetesLabServers(own);
    process.kill(before["kube-scheduler"]!, "SIGKILL");
    expect(await kubernetesLabUp(folder, { context: "brain", nodes: [{ ...node, gpus: 1 }] })).toEqual(own);
    const { "kube-scheduler": scheduler, ...others } = kubernetesLabServers(own);
    expect({ ...others, "kube-scheduler": before["kube-scheduler"] }).toEqual(before);
    expect(scheduler).not.toBe(before["kube-scheduler"]);
    const [{ status }] = (await kubectlList(own, "nodes")) as [{ status: { allocatable: object } }];
    expect(status.allocatable).toEqual({ cpu: "4", memory: "8G", "nvidia.com/gpu": "1", pods: "110" });
  });

  test("a server that does not come up shows the end of its log", async () => {
    const own = readKubernetesLab(folder)!;
    process.kill(kubernetesLabServers(own)["kube-apiserver"]!, "SIGKILL");
    const thief = createSocket();
    await expect
      .poll(
        () =>
          new Promise((resolve) =>
            thief.once("error", resolve).listen(own.ports.api, "127.0.0.1", () => resolve("has it")),
          ),
        { timeout: 30_000 },
      )
      .toBe("has it");
    const log = join(own.directory, "logs", "kube-apiserver.log");
    await expect(kubernetesLabUp(folder, { context: "brain", nodes: [node] })).rejects.toThrow(
      new RegExp(
        `^kube-apiserver did not come up \\(ended\\); the end of ${log}:\\n[^]*address already in use`,
      ),
    );
    thief.close();
  });

  test("down leaves no process and no file, and touches no process of others", async () => {
    const servers = kubernetesLabServers(readKubernetesLab(folder)!);
    const stranger = spawn("sleep", ["100"]);
    writeFileSync(join(folder, "kube-apiserver.pid"), `${stranger.pid}`);
    await kubernetesLabDown(folder);
    // They are this process's children, which takes note of their end in its own time.
    await expect
      .poll(() => Object.values(servers).filter((pid) => pid && existsSync(`/proc/${pid}`)), {
        timeout: 30_000,
      })
      .toEqual([]);
    expect([existsSync(folder), existsSync(`/proc/${stranger.pid}`)]).toEqual([false, true]);
    stranger.kill();
    expect(readKubernetesLab(folder)).toBeUndefined();
    await kubernetesLabDown(folder);
  });
});
