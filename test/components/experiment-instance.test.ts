/** What a node is asked to start. That it then does so is proved in workloads/tests and test/integration. */
import { beforeAll, expect, test } from "vitest";
import { ExperimentInstance } from "../../components/experiment-instance";
import { place } from "../../placement/place";
import { mockEngine, type Registered, settled } from "../support/pulumi-mocks";
import { aNode, anInstance, aTopology, gb } from "../support/topology";

let registered: Registered[];
beforeAll(async () => {
  registered = await mockEngine();
});

/** The request in a command's stdin. */
function requestOf(name: string): unknown {
  const stdin = registered.find((one) => one.name === name)!.inputs.stdin as string;
  return JSON.parse(JSON.parse(stdin.slice(stdin.lastIndexOf("\nload(") + 6, -2)));
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
  const args = { instance, placement, machine, access, stack: "hive", owner: "me", code: "0123456789abcdef" };
  await settled(new ExperimentInstance("historian", args).started.urn);
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
          "policy": "on-failure",
        },
      },
      "node": {
        "gpu_memory_limit_bytes": 54000000000,
        "max_instances": 4,
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
