import { expect, it } from "vitest";
import { driftFindings, type Found } from "../../../ops/drift/findings";
import type { StackOnNode } from "../../../ops/node/ask-census";
import { readState } from "../../../ops/stack/state";

const request = (id: string) =>
  JSON.stringify(JSON.stringify({ deadline_s: 1, stack: "hive", instance: { id, memory_bytes: 5 } }));
const command = (name: string, node: string, stdin: unknown) => ({
  urn: `urn:pulumi:hive::berth::command:local:Command::${name}`,
  type: "command:local:Command",
  inputs: { stdin, environment: { BERTH_NODE: node } },
});
const job = JSON.stringify(
  JSON.stringify({ deadline_s: 1, stack: "hive", job: { id: "ask", cluster: "mind" } }),
);
const copied = { root: "/code", exclude: [], digest: "d", remoteDirectory: "berth/.berth/hive/code" };
const rayCluster = { metadata: { name: "brain", namespace: "cognition" }, spec: { rayVersion: "2.60.0" } };
const state = readState([
  { urn: "urn::brain-token", type: "pulumi:index:Stash", outputs: { output: "a token" } },
  { urn: "urn::owner", type: "pulumi:index:Stash", outputs: { output: "ann@desk:/berth#1" } },
  command("rpi1-preflight", "rpi1", "{}"),
  command("rpi1-code", "rpi1", JSON.stringify(copied)),
  command("ask-run", "host", { "4dab": "x", plaintext: JSON.stringify(job) }),
  command("a-janitor", "rpi1", request("a")),
  { urn: "urn::brain", type: "kubernetes:ray.io/v1:RayCluster", inputs: rayCluster },
  command("a-start", "rpi1", { "4dab": "x", plaintext: JSON.stringify(request("a")) }),
]);

it("a state says who the stack is, whom it can end, what it started and what it copied", () => {
  expect(state).toEqual({
    owner: "ann@desk:/berth#1",
    known: [{ instance: "a", node: "rpi1" }],
    started: [{ instance: { id: "a", memory_bytes: 5 }, node: "rpi1" }],
    jobs: [{ id: "ask", node: "host" }],
    code: { rpi1: copied },
    rayClusters: [rayCluster],
  });
});

const has = (node: string, instances: Record<string, string>, more: Partial<StackOnNode> = {}): Found => {
  const list = Object.entries(instances).map(([id, now]) => ({ id, state: now, edited: now === "edited" }));
  const here = {
    stack: "hive",
    owner: "ann@desk:/berth#1",
    processes: 1,
    instances: list,
    jobs: [],
    ...more,
  };
  return { node, here, editedFiles: [] };
};
const nothing: Found = { node: "rpi1", here: undefined, editedFiles: [] };
const replace = "./berth up hive -- --replace '**::a-start'";
const sweep = "./berth sweep hive --yes";

it.each<[string, Found[], [string, string][]]>([
  ["as it should be", [has("rpi1", { a: "running" })], []],
  ["done", [has("rpi1", { a: "completed" })], []],
  ["killed", [has("rpi1", { a: "dead" })], [["a on rpi1 is dead", replace]]],
  [
    "fenced",
    [has("rpi1", { a: "fenced" })],
    [
      [
        "a on rpi1 is fenced: nobody has watched it for longer than its lease",
        "./berth watch hive, or  ./berth up hive -- --replace '**::a-start'",
      ],
    ],
  ],
  ["crashed for good", [has("rpi1", { a: "failed" })], [["a on rpi1 is failed", replace]]],
  ["edited", [has("rpi1", { a: "edited" })], [["a on rpi1 is not as it was started", replace]]],
  ["removed", [nothing], [["a is not on rpi1", replace]]],
  ["a node that did not answer is not judged", [], []],
  [
    "moved",
    [nothing, has("rpi2", { a: "running" })],
    [
      ["a is on rpi2 and should be on rpi1", replace],
      ["a on rpi2 (running) is not in the state", sweep],
    ],
  ],
  [
    "one more",
    [has("rpi1", { a: "running", z: "running" })],
    [["z on rpi1 (running) is not in the state", sweep]],
  ],
  [
    "another coordinator's",
    [has("rpi1", { a: "running" }, { owner: "bob@lab:/berth#2" })],
    [["hive on rpi1 belongs to bob@lab:/berth#2", "destroy it from there"]],
  ],
  [
    "code",
    [{ ...has("rpi1", { a: "running" }), editedFiles: ["main.py", "x y.py"] }],
    [
      [
        "the code on rpi1 was edited: main.py, x y.py",
        "./berth up hive -- --replace '**::rpi1-code' --replace '**::a-start'",
      ],
    ],
  ],
])("%s", (_what, nodes, expected) => {
  expect(driftFindings("hive", state, nodes).map(({ text, remedy }) => [text, remedy])).toEqual(expected);
});

const jobs = (node: string, states: Record<string, string>) =>
  has(node, {}, { jobs: Object.entries(states).map(([id, now]) => ({ id, cluster: "mind", state: now })) });
const again = "./berth up hive -- --replace '**::ask-run'";

it.each<[string, Found[], [string, string, string][]]>([
  ["a job that has succeeded", [jobs("host", { ask: "succeeded" })], []],
  ["a job that an update follows", [jobs("host", { ask: "running", new: "running" })], []],
  ["one that failed is told by its update", [jobs("host", { ask: "succeeded", sad: "failed" })], []],
  ["failed", [jobs("host", { ask: "failed" })], [["dead", "job ask on host is failed", again]]],
  [
    "nobody follows it",
    [jobs("host", { ask: "abandoned" })],
    [["dead", "job ask on host is abandoned: the update that followed it was cut off", again]],
  ],
  ["removed", [jobs("host", {})], [["missing", "job ask is not on host", again]]],
  ["its node has nothing", [{ ...nothing, node: "host" }], [["missing", "job ask is not on host", again]]],
  [
    "moved",
    [jobs("host", {}), jobs("rpi2", { ask: "succeeded" })],
    [["moved", "job ask is on rpi2 and should be on host", again]],
  ],
  [
    "one more",
    [jobs("host", { ask: "succeeded", z: "abandoned" })],
    [
      [
        "extra",
        "job z on host (abandoned) is not in the state",
        "./berth up hive, which goes on with it if the files name it; or  ./berth sweep hive --yes",
      ],
    ],
  ],
  [
    "another coordinator's",
    [{ ...jobs("host", { ask: "failed" }), here: { ...jobs("host", {}).here!, owner: "bob@lab:/berth#2" } }],
    [["foreign", "hive on host belongs to bob@lab:/berth#2", "destroy it from there"]],
  ],
])("a Ray job: %s", (_what, nodes, expected) => {
  expect(driftFindings("hive", state, nodes).map(({ kind, text, remedy }) => [kind, text, remedy])).toEqual(
    expected,
  );
});
