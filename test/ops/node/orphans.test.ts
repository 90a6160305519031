import { expect, it } from "vitest";
import type { StackOnNode } from "../../../ops/node/ask-census";
import { orphans } from "../../../ops/node/orphans";
import type { StackState } from "../../../ops/stack/state";

const self = "ann@desk:/home/ann/berth";
const mine: StackState = {
  owner: `${self}#1`,
  known: [
    { instance: "a", node: "rpi1" },
    { instance: "b", node: "rpi2" },
  ],
  started: [],
  jobs: [{ id: "ask", node: "rpi1" }],
  code: {},
  rayClusters: [],
};
const instance = (id: string) => ({ id, state: "running", edited: false });
const on = (fields: Partial<StackOnNode>): StackOnNode[] => [
  { stack: "hive", owner: `${self}#1`, processes: 2, instances: [instance("a")], jobs: [], ...fields },
];
const found = (
  stacks: StackOnNode[],
  states: [string, StackState][] = [["hive", mine]],
  abandoned?: string,
) =>
  orphans("rpi1", stacks, new Map(states), self, abandoned).map(
    ({ stack, instance: id, foreign, why }) =>
      `${foreign ? "foreign" : "ours"} ${stack}/${id ?? "*"}: ${why}`,
  );

it.each<[string, string[], string[]]>([
  ["what the state has here is owned", found(on({})), []],
  [
    "what the state has on another node is not",
    found(on({ instances: [instance("a"), instance("b")] })),
    ["ours hive/b: the state of hive does not have it here"],
  ],
  [
    "a Ray job that no update follows and the state does not have",
    found(
      on({
        jobs: [
          { id: "ask", cluster: "mind", state: "abandoned" },
          { id: "cut", cluster: "mind", state: "abandoned" },
          { id: "new", cluster: "mind", state: "running" },
          { id: "sad", cluster: "mind", state: "failed" },
        ],
      }),
    ),
    ["ours hive/cut: the state of hive does not have it here"],
  ],
  ["a folder without an owner is its stack's", found(on({ owner: null })), []],
  [
    "a stack that was started from here and is in no state",
    found(on({}), []),
    [`ours hive/*: it belongs to ${self}#1`],
  ],
  [
    "another checkout's, though its folder's name begins alike",
    found(on({ owner: `${self}2#1` }), []),
    [`foreign hive/*: it belongs to ${self}2#1`],
  ],
  [
    "another coordinator's of the same name",
    found(on({ owner: "bob@lab:/berth#9" })),
    ["foreign hive/*: it belongs to bob@lab:/berth#9"],
  ],
  [
    "one that the user calls abandoned",
    found(on({ owner: "bob@lab:/berth#9" }), [], "bob@lab:/berth#9"),
    ["ours hive/*: it belongs to bob@lab:/berth#9"],
  ],
  [
    "processes of nobody's",
    found(on({ owner: null, instances: [] }), []),
    ["ours hive/*: nobody says whose it is"],
  ],
])("%s", (_what, got, expected) => expect(got).toEqual(expected));
