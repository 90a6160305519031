/** The exact resources of plans with pods, on the shipped files. What a real API server makes of them: test/kubernetes. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { deploy } from "../../../components/deploy";
import { place } from "../../../placement/place";
import { loadTopology } from "../../../topology/load-topology";
import { noObservations } from "../../../topology/observed";
import type { Topology } from "../../../topology/topology";
import { mockEngine, type Registered, settled } from "../../support/pulumi-mocks";
import { aNode, anInstance, gb } from "../../support/topology";

const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
const keyPath = join(folder, "key");
execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", keyPath]);
afterAll(() => rmSync(folder, { recursive: true }));

const load = (cluster: string, scenario: string): Topology =>
  loadTopology(
    { cluster: `stacks/clusters/${cluster}.yaml`, scenario: `stacks/scenarios/${scenario}.yaml` },
    noObservations,
  );

let registered: Registered[];
let outputs: ReturnType<typeof deploy>;

async function deployed(topology: Topology, stack = "brain-node"): Promise<void> {
  registered = await mockEngine(stack);
  outputs = deploy(topology, await place(topology));
  await settled(outputs.plan);
  // Another engine must not get what was meant for this one. The SDK's types leave the function out.
  await (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
}

const one = (name: string) => registered.find((resource) => resource.name === name && resource.custom)!;
const lines = () =>
  registered
    .map(
      ({ type, name, parent, waitsFor }) => `${parent ?? "stack"} > ${type} ${name} < ${waitsFor.join(", ")}`,
    )
    .sort();
const request = (name: string) => JSON.parse(one(name).inputs.stdin as string);

describe("one node as a place to compute", () => {
  beforeAll(() => deployed(load("brain-node", "brain-node")));

  test("everything stands below its component; what pods lean on comes before them and goes after the last", () => {
    expect(lines()).toMatchInlineSnapshot(`
      [
        "brain > berth:components:KubeRayCluster brain < ",
        "brain > berth:components:KubeRayMember brain-gpu-0 < ",
        "brain > berth:components:KubeRayMember brain-gpu-1 < ",
        "brain > berth:components:KubeRayMember brain-gpu-2 < ",
        "brain > berth:components:KubeRayMember brain-head < ",
        "brain > command:local:Command brain-gone < brain-network, brain-network-autoscaler, brain-network-clients, brain-priority, brain-quota, brain-secret",
        "brain > command:local:Command brain-ready < brain-cluster, brain-service",
        "brain > kubernetes:core/v1:ResourceQuota brain-quota < cognition-namespace",
        "brain > kubernetes:core/v1:Secret brain-secret < brain-token, cognition-namespace",
        "brain > kubernetes:core/v1:Service brain-service < brain-gone",
        "brain > kubernetes:networking.k8s.io/v1:NetworkPolicy brain-network < cognition-namespace",
        "brain > kubernetes:networking.k8s.io/v1:NetworkPolicy brain-network-autoscaler < cognition-namespace",
        "brain > kubernetes:networking.k8s.io/v1:NetworkPolicy brain-network-clients < cognition-namespace",
        "brain > kubernetes:ray.io/v1:RayCluster brain-cluster < brain-gone",
        "brain > kubernetes:scheduling.k8s.io/v1:PriorityClass brain-priority < cognition-namespace",
        "brain > pulumi:index:Stash brain-token < ",
        "cognition > command:local:Command cognition-namespace < ",
        "stack > berth:components:BrainNode brain < ",
        "stack > berth:components:KubernetesNamespace cognition < ",
        "stack > berth:components:KubernetesNode HW-BRAIN-01 < ",
        "stack > pulumi:index:Stash owner < ",
        "stack > pulumi:providers:kubernetes kubernetes < ",
      ]
    `);
  });

  test("the provider is the cluster file's context and nobody else's", () => {
    expect(one("kubernetes").inputs).toMatchObject({
      context: "brain",
      enableServerSideApply: "true",
      enablePatchForce: "true",
    });
  });

  test("the autoscaler says how many workers there are, from the first on", () => {
    expect(one("brain-cluster").inputs.spec).toMatchObject({
      workerGroupSpecs: [{ groupName: "gpu", replicas: 1, minReplicas: 0, maxReplicas: 3 }],
    });
  });

  test("requests to the API server carry where it is and what is meant, never a token", () => {
    expect([
      request("cognition-namespace"),
      request("brain-gone"),
      request("brain-ready"),
    ]).toMatchInlineSnapshot(`
      [
        {
          "access": {
            "context": "brain",
          },
          "apis": [
            "/version",
            "/apis/ray.io/v1",
          ],
          "object": {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
              "labels": {
                "app.kubernetes.io/managed-by": "berth",
                "berth.dev/stack": "brain-node",
              },
              "name": "cognition",
            },
          },
        },
        {
          "access": {
            "context": "brain",
          },
          "name": "brain",
          "namespace": "cognition",
          "seconds": 300,
        },
        {
          "access": {
            "context": "brain",
          },
          "name": "brain",
          "namespace": "cognition",
          "seconds": 600,
        },
      ]
    `);
    expect(one("brain-ready").inputs.triggers).toEqual([
      "brain",
      "cognition",
      "brain",
      expect.stringMatching(/^[0-9a-f]{16}$/),
    ]);
  });

  test("the token is a secret wherever it is", async () => {
    const { token } = outputs.rayClusters!.brain! as { token: pulumi.Output<string> };
    expect(await pulumi.isSecret(token)).toBe(true);
    const secret = (await settled(token)) as string;
    expect(one("brain-secret").inputs.data).toMatchObject({
      value: { auth_token: Buffer.from(secret).toString("base64") },
    });
    const shown = registered.filter(({ name }) => !["brain-token", "brain-secret"].includes(name));
    expect(JSON.stringify(shown)).not.toContain(secret);
  });

  test("the outputs say how it is reached and what a client has to match", () => {
    const { token, ...brain } = outputs.rayClusters!.brain!;
    expect(brain).toMatchInlineSnapshot(`
      {
        "clientAddress": "ray://brain-head-svc.cognition.svc.cluster.local:10001",
        "context": "brain",
        "dashboard": "http://brain-head-svc.cognition.svc.cluster.local:8265",
        "forwardedAddress": "ray://127.0.0.1:10001",
        "headService": "brain-head-svc",
        "launcher": "kuberay",
        "members": {
          "brain-gpu-0": "HW-BRAIN-01",
          "brain-gpu-1": "HW-BRAIN-01",
          "brain-gpu-2": "HW-BRAIN-01",
          "brain-head": "HW-BRAIN-01",
        },
        "name": "brain",
        "namespace": "cognition",
        "portForward": "kubectl --context brain --namespace cognition port-forward service/brain-head-svc 10001 8265",
        "tokenSecret": {
          "key": "auth_token",
          "name": "brain-token",
        },
        "versions": {
          "python": "3.12",
          "ray": "2.60.0",
        },
      }
    `);
    expect(outputs.instances).toEqual({});
  });

  test("what a policy sees of the node, of the cluster and of a pod", () => {
    const seen = (type: string, name: string) =>
      registered.find((resource) => resource.type === `berth:components:${type}` && resource.name === name)!
        .inputs;
    expect(seen("BrainNode", "brain")).toMatchInlineSnapshot(`
      {
        "cluster": "brain",
        "coTenants": [
          {
            "gpuMemoryBytes": 40000000000,
            "gpus": 1,
            "name": "vllm",
            "namespace": "inference",
            "ramBytes": 8000000000,
          },
        ],
        "gpuSharing": {
          "by": "time-slicing",
          "physical": 1,
        },
        "memoryHeadroom": {
          "advise": 0.2,
          "require": 0.15,
        },
        "node": "HW-BRAIN-01",
        "plannedBytes": 50536870912,
        "ramBytes": 128000000000,
        "stack": "brain-node",
      }
    `);
    expect(Object.keys(seen("KubeRayCluster", "brain")).sort()).toMatchInlineSnapshot(`
      [
        "authMode",
        "clientService",
        "clients",
        "cluster",
        "egress",
        "head",
        "idleTimeoutSeconds",
        "images",
        "launcher",
        "members",
        "memoryThreshold",
        "namespace",
        "priority",
        "python",
        "stack",
        "version",
        "workers",
      ]
    `);
    expect(seen("KubernetesNode", "HW-BRAIN-01")).toMatchObject({ name: "HW-BRAIN-01", ramBytes: gb(128) });
    expect(seen("KubeRayMember", "brain-gpu-0")).toMatchObject({
      instance: "brain-gpu-0",
      node: "HW-BRAIN-01",
      stack: "brain-node",
      takes: { ramBytes: gb(14), gpuMemoryBytes: gb(4), cpuCores: 4, gpus: 1 },
    });
  });
});

test("beside instances over SSH pods stand in no row, and a node without SSH has none", async () => {
  const { cluster, scenario, observed } = load("brain-node", "brain-node");
  const connection = { host: "192.0.2.1", port: 22, user: "pi", hostKey: "ssh-ed25519 AAAA", keyPath };
  const pi = aNode({ name: "rpi1", connection, remoteWorkDir: "~/berth" });
  await deployed({
    cluster: { ...cluster, nodes: [...cluster.nodes, pi] },
    scenario: { ...scenario, instances: [...scenario.instances, anInstance({ id: "watcher" })] },
    observed,
  });
  const rows = lines().filter((line) => /rpi1|watcher/.test(line));
  expect(rows).toMatchInlineSnapshot(`
    [
      "rpi1 > command:local:Command rpi1-preflight < owner",
      "rpi1 > command:local:Command rpi1-roster < owner, rpi1-preflight",
      "stack > berth:components:ExperimentInstance watcher < ",
      "stack > berth:components:Node rpi1 < ",
      "watcher > command:local:Command watcher-janitor < owner, rpi1-preflight, rpi1-roster",
      "watcher > command:local:Command watcher-start < owner, watcher-janitor",
    ]
  `);
  expect(lines().filter((line) => line.includes("command:local:Command HW-BRAIN-01"))).toEqual([]);
  expect(Object.keys(outputs.instances)).toEqual(["watcher"]);
});

test("somebody else's cluster: an account, its rights, a name for the dashboard and what clients need", async () => {
  await deployed(load("wrx80", "ray-shared"));
  expect(lines()).toMatchInlineSnapshot(`
    [
      "ray-gpu > command:local:Command ray-gpu-account < swe-ai-fleet-namespace",
      "ray-gpu > kubernetes:core/v1:ConfigMap ray-gpu-config < ray-gpu-account",
      "ray-gpu > kubernetes:core/v1:Service ray-gpu-dashboard < ray-gpu-account",
      "ray-gpu > kubernetes:rbac.authorization.k8s.io/v1:Role ray-gpu-role < ray-gpu-account",
      "ray-gpu > kubernetes:rbac.authorization.k8s.io/v1:RoleBinding ray-gpu-binding < ray-gpu-account, ray-gpu-role",
      "stack > berth:components:KubernetesNamespace swe-ai-fleet < ",
      "stack > berth:components:SharedRayCluster ray-gpu < ",
      "stack > pulumi:index:Stash owner < ",
      "stack > pulumi:providers:kubernetes kubernetes < ",
      "swe-ai-fleet > command:local:Command swe-ai-fleet-namespace < ",
    ]
  `);
  expect(request("ray-gpu-account").apis).toEqual(["/apis/ray.io/v1/namespaces/ray/rayclusters/ray-gpu"]);
  expect(outputs.sharedRayClusters).toMatchInlineSnapshot(`
    {
      "ray-gpu": {
        "clientAddress": "ray://ray-gpu-head-svc.ray.svc.cluster.local:10001",
        "context": "wrx80",
        "dashboard": "http://ray-gpu-dashboard.swe-ai-fleet.svc.cluster.local:8265",
        "forwardedAddress": "ray://127.0.0.1:10001",
        "headService": "ray-gpu-head-svc",
        "launcher": "kuberay",
        "name": "ray-gpu",
        "namespace": "ray",
        "portForward": "kubectl --context wrx80 --namespace ray port-forward service/ray-gpu-head-svc 10001 8265",
        "runtimeEnv": {
          "pip": [
            "openai",
            "anthropic",
            "nats-py",
          ],
        },
        "serviceAccount": "swe-ai-fleet/workspace-runner-sa",
        "versions": {
          "python": "3.11",
          "ray": "2.49.2",
        },
      },
    }
  `);
});

describe("rendered", () => {
  afterEach(() => pulumi.runtime.setConfig("berth:render_yaml", ""));

  test("into a folder: objects alone, nothing is asked or awaited", async () => {
    pulumi.runtime.setConfig("berth:render_yaml", "rendered");
    await deployed(load("brain-node", "brain-node"));
    expect(registered.filter(({ type }) => type === "command:local:Command")).toEqual([]);
    expect(one("kubernetes").inputs).toEqual({ renderYamlToDirectory: "rendered" });
    expect(one("cognition-namespace").type).toBe("kubernetes:core/v1:Namespace");
  });
});

test.each(["x-", "_x", "x".repeat(64)])("stack %s, which no label can be, is refused", async (stack) => {
  await expect(deployed(load("wrx80", "ray-shared"), stack)).rejects.toThrow(
    `stack ${stack}: Kubernetes takes`,
  );
});

test.each([
  ["/etc/one", "/etc/one"],
  ["", join(homedir(), ".kube/config")],
  // The plugin takes one file for the setting, and several from the variable.
  [["/etc/one", "/etc/two"].join(delimiter), undefined],
])("$KUBECONFIG %j becomes the provider's %j", async (written, expected) => {
  vi.stubEnv("KUBECONFIG", written);
  await deployed(load("wrx80", "ray-shared"));
  expect(one("kubernetes").inputs.kubeconfig).toBe(expected);
  vi.unstubAllEnvs();
});
