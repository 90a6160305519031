/** The exact resources of a plan. That they do their work on machines is proved in test/integration. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { deploy } from "../../components/deploy";
import { place } from "../../placement/place";
import { mockEngine, type Registered, settled } from "../support/pulumi-mocks";
import { aNode, anInstance, aTopology, gb } from "../support/topology";

const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
const keyPath = join(folder, "key");
execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", keyPath]);
afterAll(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

const connection = (host: string) => ({ host, port: 22, user: "pi", hostKey: "ssh-ed25519 AAAA", keyPath });
const small = { ramBytes: gb(8), maxInstances: 2 };
const topology = aTopology(
  [
    aNode({ ...small, name: "rpi1", connection: connection("192.0.2.1") }),
    aNode({ ...small, name: "rpi2", connection: connection("192.0.2.2") }),
    aNode({ name: "unused", connection: connection("192.0.2.3"), status: "MAINTENANCE" }),
  ],
  [
    anInstance({ id: "a", preferredNode: "rpi1", network: "peers" }),
    anInstance({ id: "b", preferredNode: "rpi1", affinity: ["a"] }),
    anInstance({ id: "c", antiAffinity: ["a"], env: { TOKEN: "hush" } }),
  ],
);

let registered: Registered[];
let outputs: ReturnType<typeof deploy>;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-01-01T12:00:00Z") });
  registered = await mockEngine("pair");
  outputs = deploy(topology, await place(topology));
  await new Promise((resolve) => setTimeout(resolve, 500));
});

test("each used node and each instance is a component; an unused machine is not even contacted", () => {
  expect(registered.map(({ type, name }) => `${type} ${name}`).sort()).toMatchInlineSnapshot(`
    [
      "berth:components:ExperimentInstance a",
      "berth:components:ExperimentInstance b",
      "berth:components:ExperimentInstance c",
      "berth:components:Node rpi1",
      "berth:components:Node rpi2",
      "command:local:Command a-janitor",
      "command:local:Command a-start",
      "command:local:Command b-janitor",
      "command:local:Command b-start",
      "command:local:Command c-janitor",
      "command:local:Command c-start",
      "command:local:Command rpi1-preflight",
      "command:local:Command rpi1-roster",
      "command:local:Command rpi2-preflight",
      "command:local:Command rpi2-roster",
      "pulumi:index:Stash owner",
    ]
  `);
});
test("no value of an instance's environment is an input of the component", () => {
  expect(JSON.stringify(registered.find(({ name }) => name === "c")!.inputs)).not.toContain("hush");
});
test("the outputs say where everything is", async () => {
  expect({ ...outputs, plan: await settled(outputs.plan) }).toMatchInlineSnapshot(`
    {
      "instances": {
        "a": {
          "address": "192.0.2.1",
          "logPath": "~/berth/logs/pair/a.log",
          "node": "rpi1",
          "port": 9000,
        },
        "b": {
          "address": "192.0.2.1",
          "logPath": "~/berth/logs/pair/b.log",
          "node": "rpi1",
          "port": undefined,
        },
        "c": {
          "address": "192.0.2.2",
          "logPath": "~/berth/logs/pair/c.log",
          "node": "rpi2",
          "port": undefined,
        },
      },
      "placements": {
        "a": "rpi1",
        "b": "rpi1",
        "c": "rpi2",
      },
      "plan": "{"version":1,"scenario":"scenario","cluster":"cluster","decidedAt":"2026-01-01T12:00:00.000Z","placements":[{"instance":"a","node":"rpi1","score":55,"port":9000,"hints":"none|rpi1||","takes":{"ramBytes":1000000000,"gpuMemoryBytes":0},"onGpu":false},{"instance":"b","node":"rpi1","score":55,"hints":"none|rpi1|a|","takes":{"ramBytes":1000000000,"gpuMemoryBytes":0},"onGpu":false},{"instance":"c","node":"rpi2","score":45,"hints":"none|||a","takes":{"ramBytes":1000000000,"gpuMemoryBytes":0},"onGpu":false}]}",
    }
  `);
});
