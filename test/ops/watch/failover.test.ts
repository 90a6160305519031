/** What a failover does when something here is wrong. That it moves what it should is proved in test/integration/watch. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { Failover } from "../../../ops/watch/failover";
import type { Surroundings } from "../../../ops/watch/surroundings";
import type { WatchEvent } from "../../../ops/watch/watch-event";
import type { WatchedNode } from "../../../ops/watch/watched-node";
import { ConfigError } from "../../../topology/config-error";

const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const remembered = {
  unfinished: undefined,
  givenUp: new Set<string>(),
  timesGivenUp: new Map<string, number>(),
  leased: new Set<string>(),
  leaseSeconds: 0,
};
const settings = {
  stack: "hive",
  goneFolder: folder,
  autoRestart: true,
  graceSeconds: 1,
  intervalSeconds: 1,
};
const lease = { seconds: 0, endedAt: () => Number.NEGATIVE_INFINITY };
const lost = { name: "lost", answers: false, silentSince: -1e9, lease } as unknown as WatchedNode;
const fine = { name: "fine", answers: true, deadTwice: [] } as unknown as WatchedNode;

function aFailover(more: Partial<Surroundings>): { failover: Failover; said: WatchEvent[] } {
  const said: WatchEvent[] = [];
  const around = {
    nodes: [lost, fine],
    remembered,
    gone: () => [],
    say: (event: WatchEvent) => said.push(event),
    ...more,
  } as unknown as Surroundings;
  return { failover: new Failover(settings, around), said };
}

it("a state that cannot be read is told, and the watch goes on", async () => {
  const { failover, said } = aFailover({
    state: () => Promise.reject(new ConfigError(["berth: pulumi stack export: no room"])),
  });
  failover.look();
  await failover.busy;
  expect([failover.busy, said]).toEqual([
    undefined,
    [{ event: "failover-held", text: "tried again until it can be done: pulumi stack export: no room" }],
  ]);
});

it("neither does a cluster file that is just being edited end it", () => {
  const { failover, said } = aFailover({
    nodes: [fine],
    remembered: { ...remembered, givenUp: new Set(["fine"]) },
    gone: () => ["fine"],
    machine: () => {
      throw new ConfigError(["cluster.yaml:3:1: expected a name"]);
    },
  });
  failover.look();
  expect(said.map(({ text }) => text)).toEqual([
    "tried again until it can be done: cluster.yaml:3:1: expected a name",
  ]);
});

it("a watch that was told to end begins no update", async () => {
  let go = (_: unknown) => {};
  const state = new Promise((resolve) => (go = resolve));
  const { failover, said } = aFailover({ state: () => state as never });
  failover.look();
  failover.end();
  go({ known: [{ instance: "a", node: "lost" }], started: [] });
  await failover.busy;
  expect(said).toEqual([]);
});

it.each([
  [
    "still given up: an update that was begun has waited for its lease",
    ["lost"],
    ["failover-begun", "failover-done"],
  ],
  ["taken back since and lost again: it keeps another lease", [], []],
])("a node of an update that failed is %s", async (_, gone, expected) => {
  const { failover, said } = aFailover({
    nodes: [{ ...lost, lease: { seconds: 60, endedAt: () => Number.POSITIVE_INFINITY } } as never, fine],
    remembered: { ...remembered, unfinished: ["lost"] },
    gone: () => gone,
    state: async () => ({ known: [{ instance: "a", node: "lost" }], started: [] }) as never,
    up: () => ({ ended: Promise.resolve({ status: 0, said: "" }) }) as never,
  });
  failover.look();
  await failover.busy;
  expect(said.map(({ event }) => event)).toEqual(expected);
});

it("that a node is given up is in the journal before it is done: whoever comes after a kill in between takes it back", async () => {
  const done: [string, boolean][] = [];
  const { failover } = aFailover({
    say: ({ event }) => done.push([event, existsSync(join(folder, "lost"))]),
    state: async () => ({ known: [{ instance: "a", node: "lost" }], started: [] }) as never,
    up: () => ({ ended: Promise.resolve({ status: 0, said: "" }) }) as never,
  });
  failover.look();
  await failover.busy;
  expect(done).toEqual([
    ["failover-begun", false],
    ["node-given-up", false],
    ["failover-done", true],
  ]);
});
