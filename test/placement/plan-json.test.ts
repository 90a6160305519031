// The plan for machines is what its committed JSON Schema says, and the schema says nothing that never is.
import { readdirSync, readFileSync } from "node:fs";
import Ajv from "ajv";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Field } from "../../docs/fields";
import { planSchema } from "../../docs/plan-page";
import { filters } from "../../placement/filters";
import { place } from "../../placement/place";
import { planJsonSchema } from "../../placement/plan-json";
import { toJson } from "../../placement/to-json";
import { tokens } from "../../placement/token";
import { loadTopology } from "../../topology/load-topology";
import { noObservations, type Observed } from "../../topology/observed";
import { stackFiles, stackNames } from "../../topology/stack-files";
import type { Topology } from "../../topology/topology";
import { planted } from "../support/planted";
import { aNode, anInstance, aTopology, gb } from "../support/topology";

const ajv = new Ajv({ allowUnionTypes: true });
const validate = ajv.compile(JSON.parse(readFileSync("docs/reference/plan.schema.json", "utf8")));
// As it is read from outside, unknown fields are no mistake; from within, a field without a word about it is one.
const closed = ajv.compile(z.toJSONSchema(planJsonSchema, { io: "output", target: "draft-7" }));

const cluster = "stacks/clusters/brain-in-jar.yaml";
const fixtures = readdirSync("test/fixtures/scenarios").map((file) => `test/fixtures/scenarios/${file}`);

const big = aNode({ name: "big", ramBytes: gb(16), gpu: true, gpuMemoryBytes: gb(8), unifiedMemory: true });
const small = aNode({ name: "small", ramBytes: gb(8) });
const given = (
  nodes = [big, small],
  instances = [anInstance({ id: "a" })],
  observed: Partial<Observed> = {},
) => ({
  ...aTopology(nodes, instances),
  observed: { ...noObservations, ...observed },
});

const situations: Record<string, Topology> = {
  "a move, other stacks and facts": given(
    undefined,
    [anInstance({ id: "a", ramBytes: gb(3), network: "peers" }), anInstance({ id: "b", ramBytes: gb(2) })],
    {
      previous: { a: { node: "big" }, b: { node: "small" } },
      others: [{ stack: "hive", instance: "c", node: "small", ramBytes: gb(1), gpuMemoryBytes: 0 }],
      nodes: {
        big: { status: "UNAVAILABLE", reason: "no route to host" },
        small: { status: "HEALTHY", memoryAvailableBytes: gb(3), heldBytes: gb(3) },
      },
      facts: { ageSeconds: 7 },
    },
  ),
  "what runs stays where a better node is": given(undefined, undefined, { previous: { a: { node: "big" } } }),
  "a member of a Ray cluster": given(undefined, [
    anInstance({
      id: "mind-head",
      ramBytes: gb(2),
      ray: {
        cluster: "mind",
        role: "head",
        heapBytes: gb(1),
        objectStoreBytes: gb(0.2),
        ownBytes: gb(0.8),
        cpus: 1,
        gpus: 0,
      },
    }),
  ]),
  "a head that is a pod, with the autoscaler in it": given(
    [aNode({ kubernetesNode: "node" })],
    [
      anInstance({
        id: "brain-head",
        ramBytes: gb(3),
        launcher: "kuberay",
        ray: {
          cluster: "brain",
          role: "head",
          heapBytes: gb(1),
          objectStoreBytes: gb(0.7),
          ownBytes: gb(0.8),
          sidecarBytes: gb(0.5),
          cpus: 1,
          gpus: 0,
        },
      }),
    ],
  ),
  "a node that is gone": given(undefined, undefined, { nodes: { big: { gone: true } } }),
  "a GPU given up for one that needs it": given(
    [big],
    [
      anInstance({ id: "a", gpu: "preferred", gpuMemoryBytes: gb(6) }),
      anInstance({ id: "b", gpu: "required", gpuMemoryBytes: gb(6) }),
    ],
    { previous: { a: { node: "big", onGpu: true } } },
  ),
  "cores and GPUs of a node with several": given(
    [aNode({ gpu: true, gpus: 2, cpuCores: 8 })],
    [
      anInstance({ id: "a", gpu: "required", gpus: 0.5, cpuCores: 2, slots: 0 }),
      anInstance({ id: "b", gpu: "required", gpus: 0.5 }),
      anInstance({ id: "c", gpu: "required", gpus: 1 }),
    ],
    {
      previous: {
        a: { node: "node", onGpu: true, gpuDevices: [0] },
        b: { node: "node", onGpu: true, gpuDevices: [1] },
      },
    },
  ),
  "a conflict": given([small], [anInstance({ id: "a", ramBytes: gb(70) }), anInstance({ id: "b" })]),
  "a search": given(undefined, [
    anInstance({ id: "a", ramBytes: gb(4), gpu: "preferred" }),
    anInstance({ id: "b", ramBytes: gb(9) }),
    anInstance({ id: "c", ramBytes: gb(3) }),
  ]),
  "a gap to the best": planted({ seed: 2, nodes: 50, instances: 100, fill: 0.97 }),
  packed: packedOf(planted({ seed: 2, nodes: 4, instances: 8, fill: 0.5 })),
};

const seen = new Set<string>();

describe("the plan for machines fits its schema", () => {
  it.each(stackNames())("of the stack %s", async (name) => check(loadTopology(stackFiles(name))));
  it.each(fixtures)("of %s", async (scenario) => check(loadTopology({ cluster, scenario })));
  it.each(Object.keys(situations))("with %s", async (name) => check(situations[name]!), 120_000);

  it("and each field of the schema was there", () => {
    expect(paths(planSchema(), "").filter((path) => !seen.has(path))).toEqual([]);
  });
});

it("says of every field what it means", () => {
  const silent = paths(planSchema(), "").filter(
    (path) => !/^\S.*[^.\s]$/.test(fieldAt(path)?.description ?? ""),
  );
  expect(silent).toEqual([]);
});

it("lists the tokens in the order of the filters; the last one comes from the search", () => {
  expect(Object.keys(tokens)).toEqual([...filters.map(({ token }) => token), "NeededByOthers"]);
});

async function check(topology: Topology): Promise<void> {
  const json = JSON.parse(JSON.stringify(toJson(await place(topology))));
  validate(json);
  expect(validate.errors).toBe(null);
  closed(json);
  expect(closed.errors).toBe(null);
  note(json, "");
}

function note(value: unknown, path: string): void {
  if (Array.isArray(value)) for (const item of value) note(item, path);
  else if (typeof value === "object" && value !== null)
    for (const [key, inner] of Object.entries(value)) {
      seen.add(`${path}.${key}`);
      note(inner, `${path}.${key}`);
    }
}

function paths({ properties, items }: Field, path: string): string[] {
  if (items) return paths(items, path);
  return Object.entries(properties ?? {}).flatMap(([key, field]) => [
    `${path}.${key}`,
    ...paths(field, `${path}.${key}`),
  ]);
}

function fieldAt(path: string): Field | undefined {
  const keys = path.split(".").slice(1);
  return keys.reduce<Field | undefined>(
    (field, key) => (field?.items ?? field)?.properties?.[key],
    planSchema(),
  );
}

function packedOf(topology: Topology): Topology {
  return { ...topology, scenario: { ...topology.scenario, strategy: "pack" } };
}
