import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-openb-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const nodesHeader = "sn,cpu_milli,memory_mib,gpu,model";
const podsHeader = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec";
const nodes = [nodesHeader, "n0,8000,16384,2,T4", "n1,8000,16384,1,A10"];
const pods = [podsHeader, "p0,1000,1024,1,1000,", "p1,1000,1024,1,500,T4"];

interface Outcome {
  status: number;
  out: string;
  err: string;
}

/** What the command says of these files, or of none where a list is undefined; the folder is left out. */
function bench(program: string, files: Record<string, string | undefined>, args: string[]): Promise<Outcome> {
  for (const [name, text] of Object.entries(files))
    if (text !== undefined) writeFileSync(join(folder, name), text);
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--import", "tsx", `bench/openb/${program}.ts`, ...args],
      { timeout: 60_000, maxBuffer: 2 ** 24 },
      (error, out, err) =>
        resolve({ status: error ? Number(error.code) : 0, out, err: err.replaceAll(`${folder}/`, "") }),
    );
  });
}

function openb(files: { nodes?: string; pods?: string }, ...more: string[]): Promise<Outcome> {
  const args = ["--nodes", join(folder, "nodes.csv"), "--pods", join(folder, "pods.csv"), "--json", ...more];
  return bench("main", { "nodes.csv": files.nodes, "pods.csv": files.pods }, args);
}

const lines = (rows: readonly string[]) => `${rows.join("\n")}\n`;

test.each([
  [
    "no pods",
    { nodes: lines(nodes), pods: `${podsHeader}\n` },
    "pods.csv: expected at least one pod; got none\n",
  ],
  [
    "no nodes",
    { nodes: nodesHeader, pods: lines(pods) },
    "nodes.csv: expected at least one node; got none\n",
  ],
  [
    "only pods without a GPU",
    { nodes: lines(nodes), pods: lines([podsHeader, "p0,1000,1024,0,0,", "p1,1000,1024,0,0,"]) },
    "pods.csv: expected at least one pod that asks for a GPU, since pods arrive until the GPUs are asked for; got 2 that ask for none (column num_gpu)\n",
  ],
  [
    "only nodes without a GPU",
    { nodes: lines([nodesHeader, "n0,8000,16384,0,"]), pods: lines(pods) },
    "nodes.csv: expected at least one node with a GPU, since the share of the GPUs that is allocated is measured; got 1 without (column gpu)\n",
  ],
  [
    "pods that ask for next to nothing",
    {
      nodes: lines([nodesHeader, ...Array.from({ length: 100 }, (_, index) => `n${index},8000,16384,16,T4`)]),
      pods: lines([podsHeader, "p0,1000,1024,1,1,", "p1,1000,1024,0,0,"]),
    },
    "pods.csv: expected pods of which at most 1000000 ask for 2080 GPUs; got 2 that ask for 0.001. Take fewer nodes, or pods that ask for more GPU (columns num_gpu, gpu_milli)\n",
  ],
  [
    "no file",
    { nodes: lines(nodes) },
    "pods.csv: expected a readable file; there is no such file. A path that does not begin with / begins in the project's folder\n",
  ],
])("%s: said in one line, with status 1, and nothing is printed", async (_, files, err) => {
  expect(await openb(files)).toEqual({ status: 1, out: "", err });
});

test("one node and one pod: a line of true figures of every strategy", async () => {
  const files = {
    nodes: lines([nodesHeader, "n0,8000,16384,1,T4"]),
    pods: lines([podsHeader, "p0,1000,1024,1,1000,"]),
  };
  const { status, out, err } = await openb(files, "--seeds", "42", "--bound");
  expect({ status, err }).toEqual({ status: 0, err: "" });
  expect(
    out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    ...["random", "best-fit", "fgd", "pack-online", "pack"].map((strategy) => ({
      strategy,
      sees: strategy === "pack" ? "batch" : "online",
      allocated_pct: 100,
      allocated_sd: 0,
      placed: 1,
      arrived: 1,
      seconds: expect.any(Number),
      largest_gap: 0,
    })),
    { strategy: "bound", allocated_pct: 100, allocated_sd: 0 },
  ]);
});

test("what may be meant is said beside the figures: nodes of one name, models of no node, pods that fit on none", async () => {
  const files = {
    nodes: lines([...nodes, "n0,8000,16384,1,T4", "n0,8000,16384,1,T4"]),
    pods: lines([
      ...pods,
      "p2,1000,1024,1,500,V100|T4",
      "p3,1000,1024,1,1000,V100|H100",
      "p4,9000,1024,1,1000,",
    ]),
  };
  const { status, out, err } = await openb(files, "--seeds", "42", "--strategies", "best-fit");
  expect({ status, lines: out.trim().split("\n").length }).toEqual({ status: 0, lines: 1 });
  expect(err).toBe(
    lines([
      'nodes.csv:4 sn: "n0" is the name of an earlier node, too, one of 2 such; each counts as a node of its own',
      'pods.csv:4 gpu_spec: no node is of model "V100", which 2 pods may run on',
      'pods.csv:5 gpu_spec: no node is of model "H100", which 1 pod may run on',
      "pods.csv:5: the first of 2 pods of 5 that fit on no node, however empty; what they ask for counts all the same",
    ]),
  );
});

test("small instances: a file that is none, and a field that is missing, are said with the place", async () => {
  const small = (text?: string) =>
    bench("small", { "small.json": text }, ["--instances", join(folder, "small.json"), "--json"]);
  expect(await small()).toEqual({
    status: 1,
    out: "",
    err: "small.json: expected a readable file; there is no such file. A path that does not begin with / begins in the project's folder\n",
  });
  const instance = {
    name: "tiny",
    best_known_alloc_pct: 100,
    upper_bound_alloc_pct: 100,
    nodes_fields: ["model", "gpus", "cpu_milli", "memory_mib"],
    nodes: [["T4", 1, 8000, 16384]],
    pods_fields: ["cpu_milli", "memory_mib", "num_gpu", "gpu_milli", "gpu_spec"],
    pods: [[1000, 1024, 1, 1000, ""]],
  };
  const { status, out } = await small(JSON.stringify([instance]));
  expect({ status, ...JSON.parse(out), seconds: 0 }).toEqual({
    status: 0,
    instance: "tiny",
    allocated_pct: 100,
    best_known_pct: 100,
    known_bound_pct: 100,
    own_bound_pct: 100,
    seconds: 0,
  });
  const said = async (change: object) => (await small(JSON.stringify([{ ...instance, ...change }]))).err;
  expect(await said({ pods_fields: ["cpu_milli"] })).toBe(
    'small.json[0].pods_fields: expected a list with cpu_milli, memory_mib, num_gpu, gpu_milli; memory_mib, num_gpu, gpu_milli missing in ["cpu_milli"]\n',
  );
  expect(await said({ pods: [[1000, 1024, 1, -3, ""]] })).toBe(
    'small.json[0].pods[0] gpu_milli: expected a whole number of at most 12 digits; got "-3"\n',
  );
  expect(await said({ pods: [] })).toBe("small.json[0].pods: expected at least one pod; got none\n");
  expect(await said({ best_known_alloc_pct: "all" })).toBe(
    'small.json[0].best_known_alloc_pct: expected a number; got "all"\n',
  );
});
