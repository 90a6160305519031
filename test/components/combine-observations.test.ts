import { expect, test } from "vitest";
import {
  combineObservations,
  type Observations,
  type OtherStack,
} from "../../components/combine-observations";
import type { Decision } from "../../components/decision";
import type { FactsSnapshot } from "../../topology/facts";
import { noObservations } from "../../topology/observed";

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString();
const decision = (minute: number, placements: Record<string, string>): Decision => ({
  version: 1,
  scenario: "s",
  cluster: "c",
  decidedAt: at(minute),
  placements: Object.entries(placements).map(([instance, node]) => ({
    instance,
    node,
    score: 50,
    port: 9000,
    hints: "h",
    takes: { ramBytes: 4, gpuMemoryBytes: 1 },
  })),
});
const snapshot = (minute: number, holdings: Record<string, string>): FactsSnapshot => ({
  version: 1,
  taken_at: at(minute),
  nodes: Object.fromEntries(
    ["rpi1", "rpi2"].map((node) => [
      node,
      {
        status: "HEALTHY" as const,
        holdings: Object.entries(holdings)
          .filter(([, where]) => where === node)
          .map(([name]) => ({
            stack: name.split("/")[0]!,
            instance: name.split("/")[1]!,
            memory_bytes: 3,
            gpu_memory_bytes: 0,
            port: 9001,
          })),
      },
    ]),
  ),
});
const combine = (given: Partial<Observations>) =>
  combineObservations({
    stack: "mine",
    own: undefined,
    others: [],
    snapshot: undefined,
    now: new Date(at(30)),
    ...given,
  });
const other = (lastUpdate: number, placements?: Record<string, string>): OtherStack => ({
  name: "theirs",
  lastUpdate: at(lastUpdate),
  decision: placements && decision(lastUpdate, placements),
});

test("a first run knows nothing", () => {
  expect(combine({})).toEqual(noObservations);
});
test("the last decision is what was", () => {
  expect(combine({ own: decision(1, { a: "rpi1" }) })).toEqual({
    ...noObservations,
    previous: { a: { node: "rpi1", port: 9000, hints: "h" } },
    decidedAt: at(1),
  });
});
test("after an update that failed, a later snapshot knows where an instance really is, and keeps its hints", () => {
  const { previous } = combine({
    own: decision(1, { a: "rpi1", b: "rpi1" }),
    snapshot: snapshot(2, { "mine/a": "rpi2", "mine/new": "rpi2" }),
  });
  expect(previous).toEqual({
    a: { node: "rpi2", port: 9001, hints: "h" },
    b: { node: "rpi1", port: 9000, hints: "h" },
    new: { node: "rpi2", port: 9001 },
  });
});
test("a snapshot from before the last decision is stale", () => {
  expect(
    combine({
      own: decision(2, { a: "rpi1" }),
      snapshot: snapshot(1, { "mine/a": "rpi2", "mine/gone": "rpi2" }),
    }).previous,
  ).toEqual({
    a: { node: "rpi1", port: 9000, hints: "h" },
  });
});
test("with a lost state the ledger is all there is", () => {
  expect(combine({ snapshot: snapshot(1, { "mine/a": "rpi2" }) }).previous).toEqual({
    a: { node: "rpi2", port: 9001 },
  });
});
test("what another stack decided is held, running or not", () => {
  expect(combine({ others: [other(1, { x: "rpi1" })] }).others).toEqual([
    { stack: "theirs", instance: "x", node: "rpi1", ramBytes: 4, gpuMemoryBytes: 1, port: 9000 },
  ]);
});
test("a ledger adds stacks that this project does not know, and corrects others that it is younger than", () => {
  const given = snapshot(2, { "theirs/x": "rpi2", "unknown/y": "rpi1" });
  expect(combine({ others: [other(1, { x: "rpi1" })], snapshot: given }).others).toEqual([
    { stack: "theirs", instance: "x", node: "rpi2", ramBytes: 3, gpuMemoryBytes: 0, port: 9001 },
    { stack: "unknown", instance: "y", node: "rpi1", ramBytes: 3, gpuMemoryBytes: 0, port: 9001 },
  ]);
});
test("a stack that was destroyed after the snapshot holds nothing", () => {
  expect(combine({ others: [other(3)], snapshot: snapshot(2, { "theirs/x": "rpi2" }) }).others).toEqual([]);
});
test("health and age come from the snapshot", () => {
  expect(combine({ snapshot: snapshot(10, {}) })).toEqual({
    ...noObservations,
    nodes: { rpi1: { status: "HEALTHY" }, rpi2: { status: "HEALTHY" } },
    facts: { ageSeconds: 1200 },
  });
});
test("memory comes with what was to be held at the same moment, by any stack", () => {
  const given = snapshot(10, { "mine/a": "rpi1", "theirs/x": "rpi1" });
  given.nodes.rpi1!.memory_available_bytes = 7;
  expect(combine({ snapshot: given }).nodes.rpi1).toEqual({
    status: "HEALTHY",
    memoryAvailableBytes: 7,
    heldBytes: 6,
  });
});

test("cores and GPUs that others hold are known from their state and from ledgers; older ones have none", () => {
  const theirs: Decision = {
    ...decision(10, {}),
    placements: [
      {
        instance: "a",
        node: "rpi1",
        score: 50,
        hints: "h",
        takes: { ramBytes: 4, gpuMemoryBytes: 1, cpuCores: 2, gpus: 0.5, slots: 0 },
        gpuDevices: [1],
      },
    ],
  };
  const known = { cpuCores: 2, gpus: 0.5, gpuDevices: [1], slots: 0 };
  const remembered = combine({ others: [{ ...other(10), decision: theirs }] });
  expect(remembered.others).toEqual([
    { stack: "theirs", instance: "a", node: "rpi1", ramBytes: 4, gpuMemoryBytes: 1, ...known },
  ]);
  const ledger = snapshot(20, { "theirs/b": "rpi1", "mine/c": "rpi2" });
  Object.assign(ledger.nodes.rpi1!.holdings[0]!, { cpu_cores: 2, gpus: 0.5, devices: [1], slots: 0 });
  Object.assign(ledger.nodes.rpi2!.holdings[0]!, { gpus: 1, devices: [0] });
  const seen = combine({ others: [other(10)], snapshot: ledger });
  expect(seen.others).toEqual([
    { stack: "theirs", instance: "b", node: "rpi1", ramBytes: 3, gpuMemoryBytes: 0, port: 9001, ...known },
  ]);
  expect(seen.previous).toEqual({ c: { node: "rpi2", port: 9001, gpuDevices: [0] } });
  const own = combine({ own: { ...theirs, placements: [{ ...theirs.placements[0]!, instance: "d" }] } });
  expect(own.previous).toEqual({ d: { node: "rpi1", hints: "h", gpuDevices: [1] } });
});

test("what Kubernetes lets pods have of a node, and what a namespace holds there, come from the snapshot", () => {
  const given = snapshot(10, { "kubernetes/research/train-0": "rpi1" });
  const [holding] = given.nodes.rpi1!.holdings;
  Object.assign(holding!, { stack: "kubernetes/research", instance: "train-0", slots: 0, port: null });
  given.nodes.rpi1!.allocatable = { cpu_cores: 3.5, memory_bytes: 7, gpus: 1 };
  const seen = combine({ snapshot: given });
  expect(seen.nodes.rpi1).toEqual({
    status: "HEALTHY",
    allocatable: { cpuCores: 3.5, ramBytes: 7, gpus: 1 },
  });
  expect(seen.others).toEqual([
    {
      stack: "kubernetes/research",
      instance: "train-0",
      node: "rpi1",
      ramBytes: 3,
      gpuMemoryBytes: 0,
      slots: 0,
    },
  ]);
});

test("pods of a stack whose state is known are not counted beside it", () => {
  const given = snapshot(20, {});
  const pod = (name: string, owner: string) => ({
    stack: "kubernetes/cognition",
    instance: name,
    pod_of: owner,
    memory_bytes: 3,
    gpu_memory_bytes: 0,
    slots: 0 as const,
    port: null,
  });
  given.nodes.rpi1!.holdings = [pod("a", "mine"), pod("b", "theirs"), pod("c", "lost")];
  const names = (others: OtherStack[]) =>
    combine({ others, snapshot: given }).others.map(({ instance }) => instance);
  expect(names([{ ...other(10), decision: decision(10, {}) }])).toEqual(["c"]);
  expect(names([{ ...other(10), decision: undefined }])).toEqual(["b", "c"]);
});
