/** The exact resources of Ray clusters that share nodes. That they do their work on machines is proved in test/integration. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deploy } from "../../components/deploy";
import { place } from "../../placement/place";
import { toRayCluster, type WrittenRayCluster } from "../../topology/ray-cluster";
import { rayMembers } from "../../topology/ray-members";
import type { Topology } from "../../topology/topology";
import { mockEngine, type Registered, settled } from "../support/pulumi-mocks";
import { aNode, anInstance, aTopology, gb } from "../support/topology";

const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
const keyPath = join(folder, "key");
execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", keyPath]);
afterAll(() => rmSync(folder, { recursive: true }));

const sizes = { heap_gb: gb(1), object_store_gb: gb(0.2), cpu_cores: 1, gpus: 0, gpu_memory_gb: 0 };
const written = (name: string, head: string, worker: string): WrittenRayCluster => ({
  name,
  launcher: "ssh",
  ray: "2.60.0",
  head: { ...sizes, preferred_node: head },
  workers: [{ name: "cpu", count: 1, ...sizes, preferred_node: worker }],
  requirements: ["numpy==2.2.6"],
  health_checks: "fast",
  memory_threshold: 0.8,
  gcs_fault_tolerance: "redis",
});
// Each leads where the other works: whoever waited for a whole cluster would wait for ever.
const clusters = [written("mind", "rpi1", "rpi2"), written("arena", "rpi2", "rpi1")];
const machines = ["rpi1", "rpi2"].map((name, at) => {
  const connection = {
    host: `192.0.2.${at + 1}`,
    port: 22,
    user: "pi",
    hostKey: "ssh-ed25519 AAAA",
    keyPath,
  };
  return aNode({ name, connection, ramBytes: gb(16) });
});
const alone = aTopology(machines, [
  ...clusters.flatMap(rayMembers),
  anInstance({ id: "watcher", preferredNode: "rpi1", network: "peers" }),
]);
const job = { cluster: "mind", command: ["python", "-m", "main"], env: {}, timeoutSeconds: 60, attempts: 2 };
const topology: Topology = {
  ...alone,
  scenario: {
    ...alone.scenario,
    rayClusters: clusters.map(toRayCluster),
    rayJobs: [
      { ...job, name: "think" },
      { ...job, name: "dream", env: { KEY: "hush" } },
    ],
  },
};

let registered: Registered[];
let outputs: ReturnType<typeof deploy>;

beforeAll(async () => {
  registered = await mockEngine("pair");
  outputs = deploy(topology, await place(topology));
  await settled(outputs.plan);
  await Promise.all(Object.values(outputs.rayJobs!).map(({ result }) => settled(result)));
});

const one = (name: string) => registered.find((resource) => resource.name === name)!;
const formation = (name: string) => (one(`${name}-joined`).inputs.triggers as string[])[2];
/** The request in a command's stdin, and whether it is a secret. */
function requestOf(name: string) {
  const input = one(name).inputs.stdin as string | { value: string };
  const isSecret = typeof input !== "string";
  return { isSecret, ...JSON.parse(JSON.parse(isSecret ? input.value : input)) };
}

test("each cluster is a component with its members below; whoever waits, waits for what came before it", () => {
  const lines = registered
    .filter(({ parent }) => parent !== undefined)
    .map(({ type, name, parent, waitsFor }) => `${parent} > ${type} ${name} < ${waitsFor.join(", ")}`);
  expect(lines.sort()).toMatchInlineSnapshot(`
    [
      "arena > berth:components:RayHead arena-head < ",
      "arena > berth:components:RayWorker arena-cpu-0 < ",
      "arena > pulumi:index:Stash arena-token < ",
      "arena-cpu-0 > command:local:Command arena-cpu-0-environment < arena-head-environment, arena-token, mind-head-joined, owner, rpi1-preflight",
      "arena-cpu-0 > command:local:Command arena-cpu-0-janitor < arena-cpu-0-environment, owner, rpi1-preflight",
      "arena-cpu-0 > command:local:Command arena-cpu-0-joined < arena-cpu-0-janitor, arena-cpu-0-start, owner",
      "arena-cpu-0 > command:local:Command arena-cpu-0-start < arena-cpu-0-janitor, arena-head-joined, owner",
      "arena-head > command:local:Command arena-head-environment < arena-token, owner, rpi1-roster, rpi2-preflight, rpi2-roster",
      "arena-head > command:local:Command arena-head-janitor < arena-head-environment, owner, rpi2-preflight",
      "arena-head > command:local:Command arena-head-joined < arena-head-janitor, arena-head-start, owner",
      "arena-head > command:local:Command arena-head-start < arena-head-janitor, owner",
      "dream > command:local:Command dream-run < arena-cpu-0-joined, arena-head-joined, mind-cpu-0-joined, mind-head-joined, owner, rpi1-preflight, think-run, watcher-start",
      "mind > berth:components:RayHead mind-head < ",
      "mind > berth:components:RayWorker mind-cpu-0 < ",
      "mind > pulumi:index:Stash mind-token < ",
      "mind-cpu-0 > command:local:Command mind-cpu-0-environment < arena-head-joined, mind-head-environment, mind-token, owner, rpi2-preflight",
      "mind-cpu-0 > command:local:Command mind-cpu-0-janitor < mind-cpu-0-environment, owner, rpi2-preflight",
      "mind-cpu-0 > command:local:Command mind-cpu-0-joined < mind-cpu-0-janitor, mind-cpu-0-start, owner",
      "mind-cpu-0 > command:local:Command mind-cpu-0-start < mind-cpu-0-janitor, mind-head-joined, owner",
      "mind-head > command:local:Command mind-head-environment < mind-token, owner, rpi1-preflight, rpi1-roster, rpi2-roster",
      "mind-head > command:local:Command mind-head-janitor < mind-head-environment, owner, rpi1-preflight",
      "mind-head > command:local:Command mind-head-joined < mind-head-janitor, mind-head-start, owner",
      "mind-head > command:local:Command mind-head-start < mind-head-janitor, owner",
      "rpi1 > command:local:Command rpi1-preflight < owner",
      "rpi1 > command:local:Command rpi1-roster < owner, rpi1-preflight, rpi2-preflight",
      "rpi2 > command:local:Command rpi2-preflight < owner",
      "rpi2 > command:local:Command rpi2-roster < owner, rpi1-preflight, rpi2-preflight",
      "think > command:local:Command think-run < arena-cpu-0-joined, arena-head-joined, mind-cpu-0-joined, mind-head-joined, owner, rpi1-preflight, watcher-start",
      "watcher > command:local:Command watcher-janitor < arena-cpu-0-joined, owner, rpi1-preflight",
      "watcher > command:local:Command watcher-start < owner, watcher-janitor",
    ]
  `);
});

test("the components", () => {
  const lines = registered
    .filter(({ custom }) => !custom)
    .map(({ type, name, parent }) => `${type} ${name} in ${parent}`);
  expect(lines.sort()).toMatchInlineSnapshot(`
    [
      "berth:components:ExperimentInstance watcher in undefined",
      "berth:components:Node rpi1 in undefined",
      "berth:components:Node rpi2 in undefined",
      "berth:components:RayCluster arena in undefined",
      "berth:components:RayCluster mind in undefined",
      "berth:components:RayHead arena-head in arena",
      "berth:components:RayHead mind-head in mind",
      "berth:components:RayJob dream in undefined",
      "berth:components:RayJob think in undefined",
      "berth:components:RayWorker arena-cpu-0 in arena",
      "berth:components:RayWorker mind-cpu-0 in mind",
    ]
  `);
});

test("what a policy sees of a cluster and of a member", () => {
  expect(one("mind").inputs).toMatchInlineSnapshot(`
    {
      "authMode": "token",
      "cluster": "mind",
      "dashboardHost": "127.0.0.1",
      "head": {
        "host": "192.0.2.1",
        "node": "rpi1",
        "port": 20192,
      },
      "healthChecks": "fast",
      "members": [
        "mind-head",
        "mind-cpu-0",
      ],
      "memoryThreshold": 0.8,
      "redis": true,
      "requirements": [
        "numpy==2.2.6",
      ],
      "stack": "pair",
      "version": "2.60.0",
    }
  `);
  expect(one("mind-cpu-0").inputs).toMatchInlineSnapshot(`
    {
      "affinity": [],
      "antiAffinity": [
        "mind-head",
      ],
      "command": [],
      "cpuCores": 1,
      "envNames": [],
      "gpu": "none",
      "gpuMemoryBytes": 0,
      "gpus": 0,
      "instance": "mind-cpu-0",
      "network": "open",
      "node": "rpi2",
      "port": 20128,
      "preferredNode": "rpi2",
      "ramBytes": 1650000000,
      "ray": {
        "cluster": "mind",
        "cpus": 1,
        "gpus": 0,
        "heapBytes": 1000000000,
        "objectStoreBytes": 200000000,
        "ownBytes": 450000000,
        "role": "worker",
      },
      "restart": {
        "attempts": 10,
        "backoffSeconds": 1,
        "intervalSeconds": 600,
        "policy": "on-failure",
      },
      "slots": 0,
      "stack": "pair",
      "takes": {
        "cpuCores": 1,
        "gpuMemoryBytes": 0,
        "ramBytes": 1650000000,
        "slots": 0,
      },
    }
  `);
});

test("a worker's environment carries the token and what its head has, as a secret; its redis is the head's", () => {
  expect(requestOf("mind-cpu-0-environment")).toMatchInlineSnapshot(`
    {
      "deadline_s": 600,
      "isSecret": true,
      "owner": "somebody@somewhere:/project#1",
      "ray": {
        "cluster": "mind",
        "expect": {
          "python": "3.11.2",
          "ray": "2.60.0",
        },
        "redis": false,
        "requirements": [
          "numpy==2.2.6",
        ],
        "token": "f00df00df00df00df00df00df00df00df00df00df00df00df00df00df00df00d",
        "version": "2.60.0",
      },
      "stack": "pair",
      "work_dir": "~/berth",
    }
  `);
  expect(requestOf("mind-head-environment").ray).toMatchObject({ redis: true });
  expect(requestOf("mind-head-environment").ray).not.toHaveProperty("expect");
});

test("a member's start says everything that Ray would choose by itself", () => {
  expect(requestOf("mind-cpu-0-start")).toMatchInlineSnapshot(`
    {
      "deadline_s": 120,
      "instance": {
        "code": null,
        "cpu_cores": 1,
        "env": {},
        "gpu_memory_bytes": 0,
        "host": "192.0.2.2",
        "id": "mind-cpu-0",
        "memory_bytes": 1650000000,
        "network": "open",
        "port": 20128,
        "ray": {
          "cluster": "mind",
          "environment": "3b8fcb87ed1091e2",
          "head": {
            "host": "192.0.2.1",
            "port": 20192,
          },
          "health_checks": "fast",
          "host": "192.0.2.2",
          "memory_bytes": 1000000000,
          "memory_threshold": 0.8,
          "num_cpus": 1,
          "num_gpus": 0,
          "object_store_bytes": 200000000,
          "ports": {
            "client_server": 20129,
            "dashboard": 20130,
            "dashboard_agent_grpc": 20135,
            "dashboard_agent_listen": 20134,
            "gcs": 20128,
            "max_worker": 20191,
            "metrics_export": 20133,
            "min_worker": 20138,
            "node_manager": 20131,
            "object_manager": 20132,
            "redis": 20137,
            "runtime_env_agent": 20136,
          },
          "redis": true,
          "role": "worker",
        },
        "restart": {
          "attempts": 10,
          "backoff_s": 1,
          "interval_s": 600,
          "policy": "on-failure",
        },
        "slots": 0,
      },
      "isSecret": false,
      "node": {
        "gpu_memory_limit_bytes": 0,
        "max_instances": 4,
        "memory_floor": 0.05,
        "memory_limit_bytes": 13600000000,
      },
      "owner": "somebody@somewhere:/project#1",
      "stack": "pair",
      "work_dir": "~/berth",
    }
  `);
});

test("a member is waited for, again whenever another one is about to change", () => {
  expect(requestOf("mind-cpu-0-joined")).toMatchInlineSnapshot(`
    {
      "deadline_s": 240,
      "isSecret": false,
      "owner": "somebody@somewhere:/project#1",
      "ray": {
        "cluster": "mind",
        "member": "mind-cpu-0",
        "role": "worker",
        "wait_s": 180,
      },
      "stack": "pair",
      "work_dir": "~/berth",
    }
  `);
  expect(one("mind-cpu-0-joined").inputs.triggers).toEqual([
    "rpi2",
    "mind-cpu-0-janitor-id",
    formation("mind-head"),
  ]);
  expect(one("mind-cpu-0-joined").inputs.triggers).not.toContain(formation("arena-head"));
});

test("a job's request, which is a secret where it carries an environment", () => {
  expect(requestOf("think-run")).toMatchInlineSnapshot(`
    {
      "deadline_s": 180,
      "isSecret": false,
      "job": {
        "attempts": 2,
        "cluster": "mind",
        "code": null,
        "command": [
          "python",
          "-m",
          "main",
        ],
        "env": {},
        "id": "think",
        "timeout_s": 60,
      },
      "owner": "somebody@somewhere:/project#1",
      "stack": "pair",
      "work_dir": "~/berth",
    }
  `);
  expect(requestOf("dream-run").isSecret).toBe(true);
});

test("members are no peers: they have ports for themselves", () => {
  expect(Object.keys(requestOf("rpi1-roster").peers)).toEqual(["watcher"]);
});

test("the token is in no trigger, no plain input and no output that is shown", () => {
  const token = "f00d".repeat(16);
  const shown = registered.map(({ inputs }) => {
    const { stdin, ...others } = inputs;
    return JSON.stringify([others, typeof stdin === "string" ? stdin : "a secret"]);
  });
  expect(shown.filter((text) => text.includes(token))).toEqual([]);
});

test("the outputs say where everything is", async () => {
  const { token, versions, ...mind } = outputs.rayClusters!.mind!;
  expect(mind).toMatchInlineSnapshot(`
    {
      "address": "192.0.2.1:20192",
      "clientAddress": "ray://192.0.2.1:20193",
      "dashboard": "http://127.0.0.1:20194 on rpi1",
      "head": "rpi1",
      "members": {
        "mind-cpu-0": "rpi2",
        "mind-head": "rpi1",
      },
      "statusCommand": "./berth ssh pair rpi1 'RAY_AUTH_MODE=token RAY_AUTH_TOKEN_PATH=~/berth/.berth/pair/ray/mind/token ~/berth/.berth/pair/ray/mind/venv/bin/python -m ray.scripts.scripts status --address 192.0.2.1:20192'",
    }
  `);
  const shown = pulumi.output(versions);
  expect([await settled(shown), await pulumi.isSecret(shown)]).toEqual([
    { python: "3.11.2", ray: "2.60.0" },
    false,
  ]);
  expect([await settled(token!), await pulumi.isSecret(token!)]).toEqual(["f00d".repeat(16), true]);
  const { result, ...think } = outputs.rayJobs!.think!;
  expect({ ...think, result: await settled(result) }).toMatchInlineSnapshot(`
    {
      "cluster": "mind",
      "logPath": "~/berth/logs/pair/think.log",
      "node": "rpi1",
      "result": {
        "steps": 3,
      },
    }
  `);
});
