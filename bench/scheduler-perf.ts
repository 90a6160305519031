// Shapes of kube-scheduler's own benchmark (kubernetes/kubernetes, test/integration/scheduler_perf): nodes of 4 CPUs and
// 32 GB for 110 pods, some pods placed before, others measured. Berth decides all of them in one plan and explains every
// node to every instance. An API server and binding are in their figures and not in ours; our wishes are within groups of
// ten, theirs among all of a label. Their thresholds are the least that their CI demands of its own machines: read the
// rows as orders of magnitude.
import { Command } from "commander";
import { place } from "../placement/place";
import { aNode, anInstance, aTopology } from "../test/support/topology";
import type { Instance } from "../topology/instance";
import type { Topology } from "../topology/topology";

interface Shape {
  name: string;
  nodes: number;
  before: number;
  measured: number;
  /** Pods a second that Kubernetes' CI demands, where it has the shape. */
  threshold?: number;
  wishes?: (index: number) => Partial<Instance>;
}

const runs = 3;
const mebi500 = 500 * 2 ** 20;
const groupOf = 10;

/** The others of an instance's group: groups of ten, so that wishes name instances as cluster files do. */
function peers(index: number): string[] {
  const first = index - (index % groupOf);
  return Array.from({ length: groupOf }, (_, place) => `i${first + place}`).filter(
    (id) => id !== `i${index}`,
  );
}

const shapes: readonly Shape[] = [
  { name: "basic", nodes: 5000, before: 1000, measured: 1000, threshold: 680 },
  {
    name: "required anti-affinity",
    nodes: 5000,
    before: 1000,
    measured: 1000,
    threshold: 60,
    wishes: (index) => ({ antiAffinity: peers(index) }),
  },
  {
    name: "preferred affinity",
    nodes: 5000,
    before: 1000,
    measured: 1000,
    threshold: 90,
    wishes: (index) => ({ affinity: peers(index) }),
  },
  {
    name: "preferred node",
    nodes: 5000,
    before: 1000,
    measured: 1000,
    threshold: 220,
    wishes: (index) => ({ preferredNode: `node-${(index * 7) % 5000}` }),
  },
  ...[500, 1000, 2000, 4000].map((nodes) => ({ name: "cost of nodes", nodes, before: 0, measured: 1000 })),
  ...[500, 1000, 2000, 4000].map((measured) => ({
    name: "cost of instances",
    nodes: 1000,
    before: 0,
    measured,
  })),
];

async function main(): Promise<void> {
  const rows = [];
  for (const shape of shapes) {
    const row = await measure(shape);
    console.error(`${row.shape}: ${row.cpu_ms} ms`);
    rows.push(row);
  }
  console.table(rows);
  for (const name of ["cost of nodes", "cost of instances"] as const) {
    const own = rows.filter((row) => row.shape === name);
    const sizes = own.map((row) => (name === "cost of nodes" ? row.nodes : row.instances));
    const power = slope(
      sizes.map(Math.log),
      own.map(({ cpu_ms }) => Math.log(cpu_ms)),
    );
    console.log(`${name}: time grows with the power ${power.toFixed(2)} of their number`);
  }
  console.log(JSON.stringify({ bench: "scheduler-perf", runs, rows }));
}

async function measure(shape: Shape) {
  const topology = topologyOf(shape);
  const times: number[] = [];
  let placed = 0;
  for (let run = 0; run < runs; run++) {
    const start = process.cpuUsage();
    placed = (await place(topology)).placements.length;
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
  }
  const cpuMs = times.sort((a, b) => a - b)[Math.floor(runs / 2)]!;
  return {
    shape: shape.name,
    nodes: shape.nodes,
    instances: shape.before + shape.measured,
    placed,
    cpu_ms: Math.round(cpuMs),
    instances_per_s: Math.round((1000 * (shape.before + shape.measured)) / cpuMs),
    k8s_ci_threshold: shape.threshold ?? "",
    rss_mb: Math.round(process.memoryUsage().rss / 1e6),
  };
}

/** Of the line through the points, by least squares. */
function slope(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [middleX, middleY] = [mean(x), mean(y)];
  const both = x.reduce((sum, value, index) => sum + (value - middleX) * (y[index]! - middleY), 0);
  return both / x.reduce((sum, value) => sum + (value - middleX) ** 2, 0);
}

function topologyOf({ nodes: count, before, measured, wishes }: Shape): Topology {
  const nodes = Array.from({ length: count }, (_, index) =>
    aNode({ name: `node-${index}`, ramBytes: 32e9, maxInstances: 110 }),
  );
  const instances = Array.from({ length: before + measured }, (_, index) =>
    anInstance({ id: `i${index}`, ramBytes: mebi500, ...wishes?.(index) }),
  );
  const previous = Array.from({ length: before }, (_, index) => [
    `i${index}`,
    { node: `node-${index % count}` },
  ]);
  const topology = aTopology(nodes, instances);
  return { ...topology, observed: { ...topology.observed, previous: Object.fromEntries(previous) } };
}

new Command("npm run bench:scheduler --")
  .description(
    "shapes of kube-scheduler's own benchmark (5,000 nodes), decided and explained by Berth: CPU time of three runs, the middle " +
      "one, beside what Kubernetes' CI demands; and how time grows with nodes and with instances",
  )
  .addHelpText(
    "after",
    "\nAn API server and binding are in Kubernetes' figures and not in ours: read them as orders of magnitude.",
  )
  .action(main)
  .parseAsync();
