/** What a node is asked to start. That it then does so is proved in workloads/tests and test/integration. */
import { beforeAll, expect, test } from "vitest";
import { ExperimentInstance } from "../../components/experiment-instance";
import { Node } from "../../components/node";
import { place } from "../../placement/place";
import type { SshNode } from "../../topology/ssh-nodes";
import { mockEngine, type Registered, settled } from "../support/pulumi-mocks";
import { aNode, anInstance, aTopology, gb } from "../support/topology";

let registered: Registered[];
beforeAll(async () => {
  registered = await mockEngine();
});

/** The request in a command's stdin, which is a secret where it carries an environment. */
function requestOf(name: string): unknown {
  const input = registered.find((one) => one.name === name)!.inputs.stdin as string | { value: string };
  const stdin = typeof input === "string" ? input : input.value;
  return JSON.parse(JSON.parse(stdin));
}

test("an instance asks for its share, of what co-tenants and headroom leave on a unified machine", async () => {
  const machine = aNode({
    name: "jetson",
    ramBytes: gb(64),
    unifiedMemory: true,
    gpu: true,
    gpuMemoryBytes: gb(64),
    coTenants: [{ name: "vllm", ramBytes: gb(4), gpuMemoryBytes: gb(10) }],
  });
  const instance = anInstance({
    id: "historian",
    ramBytes: gb(12),
    gpu: "required",
    gpuMemoryBytes: gb(6),
    network: "peers",
    configPath: "configs/historian.json",
    env: { MODEL: "small" },
  });
  const placement = (await place(aTopology([machine], [instance]))).placements[0]!;
  const access = { host: "192.0.2.1", port: 22, user: "berth", hostKey: "ssh-ed25519 AAAA" };
  const code = { root: "code", exclude: [], tree: { files: [], digest: "0123456789abcdef" } };
  const node = new Node("jetson", {
    machine: machine as SshNode,
    access,
    gone: "gone/jetson",
    stack: "hive",
    owner: "me",
    code,
  });
  await settled(new ExperimentInstance("historian", { node, instance, placement }).started.urn);
  expect(requestOf("historian-start")).toMatchInlineSnapshot(`
    {
      "deadline_s": 120,
      "instance": {
        "code": "0123456789abcdef",
        "command": [
          "python3",
          "main.py",
        ],
        "config": "configs/historian.json",
        "env": {
          "MODEL": "small",
        },
        "gpu_memory_bytes": 6000000000,
        "host": "192.0.2.1",
        "id": "historian",
        "memory_bytes": 18000000000,
        "network": "peers",
        "port": 9000,
        "restart": {
          "attempts": 3,
          "backoff_s": 1,
          "interval_s": 1800,
          "policy": "on-failure",
        },
      },
      "node": {
        "gpu_memory_limit_bytes": 54000000000,
        "max_instances": 4,
        "memory_floor": 0.05,
        "memory_limit_bytes": 40400000000,
      },
      "owner": "me",
      "stack": "hive",
      "work_dir": "~/berth",
    }
  `);
  expect(requestOf("historian-janitor")).toMatchInlineSnapshot(`
    {
      "deadline_s": 120,
      "instance": {
        "id": "historian",
      },
      "owner": "me",
      "stack": "hive",
      "work_dir": "~/berth",
    }
  `);
});

test("an environment enters the state as a secret, and only its names are shown to policies", () => {
  const start = registered.find(({ name }) => name === "historian-start")!;
  expect(start.inputs.stdin).toHaveProperty(
    "4dabf18193072939515e22adb298388d",
    "1b47061264138c4ac30d75fd1eb44270",
  );
  expect(registered.find(({ name }) => name === "historian")!.inputs).toMatchObject({ envNames: ["MODEL"] });
});
test("whatever replaces the preflight ends the instance and starts it again", () => {
  const triggers = (name: string) => registered.find((one) => one.name === name)!.inputs.triggers;
  expect(["jetson-preflight", "jetson-code", "historian-janitor", "historian-start"].map(triggers)).toEqual([
    ["jetson", "hive", "~/berth", "berth"],
    ["jetson", "jetson-preflight-id"],
    ["jetson", "jetson-preflight-id"],
    ["jetson", "historian-janitor-id"],
  ]);
});

test("cores and GPUs are asked for by index, of what the node has in all", async () => {
  const machine = aNode({ name: "rack", gpu: true, gpus: 2, gpuMemoryBytes: gb(8), cpuCores: 16 });
  const instance = anInstance({
    id: "trainer",
    cpuCores: 2,
    gpu: "required",
    gpus: 0.5,
    gpuMemoryBytes: gb(3),
    slots: 0,
  });
  const placement = (await place(aTopology([machine], [instance]))).placements[0]!;
  const access = { host: "192.0.2.1", port: 22, user: "berth", hostKey: "ssh-ed25519 AAAA" };
  const node = new Node("rack", {
    machine: machine as SshNode,
    access,
    gone: "gone/rack",
    stack: "hive",
    owner: "me",
  });
  await settled(new ExperimentInstance("trainer", { node, instance, placement }).started.urn);
  const { instance: asked, node: room } = requestOf("trainer-start") as Record<string, object>;
  expect(asked).toMatchObject({
    memory_bytes: gb(1),
    gpu_memory_bytes: gb(3),
    cpu_cores: 2,
    gpus: 0.5,
    devices: [0],
    slots: 0,
  });
  expect(room).toMatchObject({ gpu_memory_limit_bytes: gb(16), gpus: 2, cpu_cores: 16 });
});
