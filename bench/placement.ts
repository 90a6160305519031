// Placement of 1,000 instances on 100 nodes: Berth's scored and fully explained decision beside first fit, which scores
// nothing and explains nothing. First fit is the floor, not a product: it shows what scores and reasons cost.
import { explain } from "../placement/explain";
import { place } from "../placement/place";
import type { Instance } from "../topology/instance";
import type { Node } from "../topology/node";
import { noObservations } from "../topology/observed";
import type { Topology } from "../topology/topology";
import { firstFit } from "./first-fit";
import { tightShapes } from "./tight-shapes";

const nodeCount = 100;
const instanceCount = 1000;
const runs = 15;
const gb = 1e9;

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

main();

async function main(): Promise<void> {
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
  await tightShapes();
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
  const nodes = Array.from({ length: nodeCount }, (_, index): Node => {
    const ramBytes = [64, 32, 128, 16][index % 4]! * gb;
    return {
      name: `node-${index}`,
      type: "generic",
      arch: undefined,
      labels: {},
      status: "HEALTHY",
      ramBytes,
      reservedRamBytes: ramBytes / 8,
      unifiedMemory: index % 8 === 0,
      gpu: index % 4 === 0,
      gpus: index % 4 === 0 ? 1 : 0,
      gpuMemoryBytes: index % 4 === 0 ? 48 * gb : 0,
      maxInstances: 24,
      coTenants: [],
      memoryHeadroom: { require: 0.15, advise: 0.2 },
      memoryFloor: 0.05,
      connection: { host: "192.0.2.1", port: 22, user: "berth" },
      remoteWorkDir: "~/berth",
    };
  });
  const instances = Array.from({ length: instanceCount }, (_, index): Instance => {
    const gpu = (["none", "none", "none", "preferred", "required"] as const)[index % 5]!;
    return {
      id: `instance-${index}`,
      ramBytes: (1 + (index % 5)) * gb,
      cpuCores: 0,
      gpu,
      gpus: 0,
      slots: 1,
      gpuMemoryBytes: gpu === "none" ? 0 : (1 + (index % 3)) * gb,
      affinity: [`instance-${(index + 1) % instanceCount}`],
      antiAffinity: index % 10 === 0 ? [`instance-${(index + 10) % instanceCount}`] : [],
      network: "peers",
      env: {},
      command: ["python3", "main.py"],
      restart: { policy: "on-failure", attempts: 3, intervalSeconds: 1800, backoffSeconds: 1 },
    };
  });
  return {
    cluster: {
      name: "large",
      coordinatorHost: "localhost",
      nodes,
      peerPorts: { start: 9000, end: 10_999 },
      rayPorts: { start: 20_000, end: 32_767 },
      healthCheck: { enabled: true, intervalSeconds: 30, graceSeconds: 60 },
      failover: { enabled: true, autoRestart: true },
    },
    scenario: {
      name: "large",
      instances,
      rayClusters: [],
      rayJobs: [],
      placement: {},
      purge: false,
      rebalance: false,
      allowMoves: true,
      strategy: "balanced",
    },
    observed: noObservations,
  };
}
