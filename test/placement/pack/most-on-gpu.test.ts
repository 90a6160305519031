import { expect, test } from "vitest";
import { filters } from "../../../placement/filters";
import { judgeBy } from "../../../placement/judge";
import { mostOnGpu } from "../../../placement/pack/most-on-gpu";
import { scores } from "../../../placement/scores";
import { surveyOf } from "../../../placement/survey";
import type { Instance } from "../../../topology/instance";
import { aNode, anInstance, aTopology, gb } from "../../support/topology";

// That no plan has more is in packed.test.ts: each is compared with every placement there is.

const nodes = [
  aNode({ name: "a", ramBytes: gb(64), gpu: true, gpus: 2, gpuMemoryBytes: gb(24), maxInstances: 3 }),
  aNode({ name: "b", ramBytes: gb(64), gpu: true, gpus: 1, gpuMemoryBytes: gb(24), maxInstances: 3 }),
  aNode({ name: "c", ramBytes: gb(64), maxInstances: 20 }),
  aNode({ name: "d", ramBytes: gb(64), gpu: true, gpus: 8, status: "MAINTENANCE" }),
];

function most(...wishes: Partial<Instance>[]): number {
  const instances = wishes.map((wish, index) => anInstance({ id: `i${index}`, gpu: "preferred", ...wish }));
  return mostOnGpu(surveyOf(aTopology(nodes, instances), judgeBy(filters, scores)).problem());
}

test("the shares add up to the devices of the nodes that take any: the least first, after those who need one", () => {
  const halves = Array.from({ length: 3 }, () => ({ gpus: 0.5 }));
  const wholes = Array.from({ length: 3 }, () => ({ gpus: 1 }));
  expect(most({ gpu: "none" })).toBe(0);
  expect(most(...halves)).toBe(3);
  expect(most(...wholes, ...halves)).toBe(4);
  expect(most(...wholes.map((one) => ({ ...one, gpu: "required" as const })), ...halves)).toBe(3);
});

test("so do memory and slots", () => {
  expect(most(...Array.from({ length: 9 }, () => ({ gpus: 0.1, gpuMemoryBytes: gb(15) })))).toBe(4);
  expect(most(...Array.from({ length: 9 }, () => ({ gpus: 0.1 })))).toBe(6);
  expect(most(...Array.from({ length: 9 }, () => ({ gpus: 0.1, slots: 0 as const })))).toBe(9);
});
