// Placement of 1,000 instances on 100 nodes: Berth's scored and fully explained decision beside first fit, which scores
// nothing and explains nothing. First fit is the floor, not a product: it shows what scores and reasons cost.
import { Command, Option } from "commander";
import { explain } from "../placement/explain";
import { place } from "../placement/place";
import { aNode, anInstance, aTopology, gb } from "../test/support/topology";
import type { Topology } from "../topology/topology";
import { firstFit } from "./first-fit";
import { proofs } from "./proofs";
import { tightShapes } from "./tight-shapes";

const nodeCount = 100;
const instanceCount = 1000;
const runs = 15;

const topology = largeTopology();
const contenders: Record<string, () => number | Promise<number>> = {
  "berth place": async () => (await place(topology)).placements.length,
  "berth place + explain": async () => {
    const plan = await place(topology);
    explain(plan);
    return plan.placements.length;
  },
  "first fit, same filters": () => firstFit(topology),
};

const parts = { speed, tight: tightShapes, proofs: () => proofs(5) };

async function main({ only }: { only?: keyof typeof parts }): Promise<void> {
  for (const [name, part] of Object.entries(parts)) if (only === undefined || only === name) await part();
}

/** What scores and reasons cost. */
async function speed(): Promise<void> {
  const results: ({ name: string } & Awaited<ReturnType<typeof measure>>)[] = [];
  for (const [name, run] of Object.entries(contenders)) results.push({ name, ...(await measure(run)) });
  console.table(
    results.map(({ name, placed, minMs, medianMs }) => ({
      contender: name,
      placed: `${placed} of ${instanceCount}`,
      "min ms": minMs,
      "median ms": medianMs,
    })),
  );
  console.log(
    JSON.stringify({ bench: "placement", nodes: nodeCount, instances: instanceCount, runs, results }),
  );
}

async function measure(run: () => number | Promise<number>) {
  let placed = await run();
  const times: number[] = [];
  for (let index = 0; index < runs; index++) {
    const start = process.hrtime.bigint();
    placed = await run();
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  times.sort((a, b) => a - b);
  const round = (ms: number) => Math.round(ms * 10) / 10;
  return { placed, minMs: round(times[0]!), medianMs: round(times[Math.floor(runs / 2)]!) };
}

/** A quarter of the nodes has a GPU; demands vary by a fixed pattern, so that every run decides the same. */
function largeTopology(): Topology {
  const nodes = Array.from({ length: nodeCount }, (_, index) =>
    aNode({
      name: `node-${index}`,
      ramBytes: gb([64, 32, 128, 16][index % 4]!),
      unifiedMemory: index % 8 === 0,
      gpu: index % 4 === 0,
      gpuMemoryBytes: index % 4 === 0 ? gb(48) : 0,
      maxInstances: 24,
    }),
  );
  const instances = Array.from({ length: instanceCount }, (_, index) => {
    const gpu = (["none", "none", "none", "preferred", "required"] as const)[index % 5]!;
    return anInstance({
      id: `instance-${index}`,
      ramBytes: gb(1 + (index % 5)),
      gpu,
      gpuMemoryBytes: gpu === "none" ? 0 : gb(1 + (index % 3)),
      affinity: [`instance-${(index + 1) % instanceCount}`],
      antiAffinity: index % 10 === 0 ? [`instance-${(index + 10) % instanceCount}`] : [],
      network: "peers",
    });
  });
  const { cluster, ...rest } = aTopology(nodes, instances);
  return { ...rest, cluster: { ...cluster, peerPorts: { start: 9000, end: 10_999 } } };
}

new Command("npm run bench:placement --")
  .description(
    "what scores and reasons cost beside first fit; clusters that are full; and how often, and how soon, a plan is proven to be the best",
  )
  .addOption(new Option("--only <part>", "one of the three").choices(Object.keys(parts)))
  .action(main)
  .parseAsync();
