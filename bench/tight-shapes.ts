import { place } from "../placement/place";
import { randomFrom } from "../placement/random";
import { planted } from "../test/support/planted";
import type { Topology } from "../topology/topology";
import { firstFit } from "./first-fit";

/** Clusters of which it is known that all fits, so full that one-by-one decisions leave some out. */
const shapes = [
  { nodes: 6, instances: 24, fill: 0.95 },
  { nodes: 10, instances: 45, fill: 0.97 },
  { nodes: 20, instances: 100, fill: 0.97 },
  { nodes: 20, instances: 100, fill: 0.97, slots: 16 },
  { nodes: 40, instances: 200, fill: 0.97 },
  { nodes: 50, instances: 200, fill: 0.97, slots: 16 },
  { nodes: 100, instances: 1000, fill: 0.97 },
  { nodes: 100, instances: 1000, fill: 0.97, slots: 16 },
];
const seeds = [1, 2, 3];

/** Berth's whole decision beside first fit by the same filters, in the same run; processor time, for the machine may be busy. */
export async function tightShapes(): Promise<void> {
  const results = [];
  for (const shape of shapes) {
    for (const seed of seeds) {
      const topology = planted({ seed, ...shape });
      const rival = await measured(async () => firstFit(inAnyOrder(topology)));
      const ours = await measured(() => place(topology));
      const { method, gap, placements } = ours.outcome;
      results.push({
        ...shape,
        slots: shape.slots ?? Math.ceil(shape.instances / shape.nodes),
        seed,
        "first fit places": rival.outcome,
        "first fit ms": rival.ms,
        "berth places": placements.length,
        "berth ms": ours.ms,
        method,
        "score gap %": gap ? Math.ceil(gap.scorePercent * 100) / 100 : 0,
      });
    }
  }
  console.table(results);
  console.log(JSON.stringify({ bench: "tight placement", results }));
}

/** As planted, first fit would find each node's instances one after the other. Berth does not look at the order. */
function inAnyOrder(topology: Topology): Topology {
  const { scenario } = topology;
  const random = randomFrom(1);
  const keyed = scenario.instances.map((instance) => ({ instance, key: random() }));
  const instances = keyed.sort((a, b) => a.key - b.key).map(({ instance }) => instance);
  return { ...topology, scenario: { ...scenario, instances } };
}

async function measured<Outcome>(run: () => Promise<Outcome>): Promise<{ outcome: Outcome; ms: number }> {
  const before = process.cpuUsage();
  const outcome = await run();
  const { user, system } = process.cpuUsage(before);
  return { outcome, ms: Math.round((user + system) / 1000) };
}
