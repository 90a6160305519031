import { place } from "../placement/place";
import type { Plan } from "../placement/plan";
import { randomFrom } from "../placement/random";
import { planted } from "../test/support/planted";
import type { Instance } from "../topology/instance";
import type { PreviousPlacement } from "../topology/observed";
import type { Topology } from "../topology/topology";

/** Up to 10 nodes a proof may take 2 s of a preview, up to 40 nodes 10 s. */
const shapes = [
  { nodes: 4, instances: 12, fill: 0.9 },
  { nodes: 6, instances: 24, fill: 0.9 },
  { nodes: 10, instances: 30, fill: 0.9 },
  { nodes: 10, instances: 45, fill: 0.9 },
  { nodes: 20, instances: 60, fill: 0.9 },
  { nodes: 40, instances: 80, fill: 0.9 },
  { nodes: 40, instances: 120, fill: 0.9 },
];
const strategies = ["balanced", "pack"] as const;

interface Proof {
  /** Placed one by one: nobody is left out and nobody moves, so that nothing was searched. */
  isPlain: boolean;
  isProven: boolean;
  /** Moves fewer that are not ruled out. */
  moves: number;
  /** Of `pack`: more who might have the GPU that they prefer. */
  withoutGpu: number;
  /** How much better a score, or how much more left empty, is not ruled out, in %. */
  percent: number;
  seconds: number;
}

/** How often a plan is proven to be the best there is, and how long that takes: seeded clusters with every rule on which all fits. */
export async function proofs(seeds: number): Promise<void> {
  const rows = [];
  for (const shape of shapes) {
    for (const strategy of strategies) {
      const found: Proof[] = [];
      for (let seed = 1; seed <= seeds; seed++)
        found.push(await measured(withRules({ ...shape, seed }, strategy)));
      const searched = found.filter(({ isPlain }) => !isPlain);
      const seconds = found.map((one) => one.seconds).sort((a, b) => a - b);
      const row = {
        nodes: shape.nodes,
        instances: shape.instances,
        strategy,
        "one by one": found.length - searched.length,
        proven: `${searched.filter(({ isProven }) => isProven).length} of ${searched.length}`,
        "most moves open": Math.max(0, ...searched.map(({ moves }) => moves)),
        "most GPUs open": Math.max(0, ...searched.map(({ withoutGpu }) => withoutGpu)),
        "most % open": rounded(Math.max(0, ...searched.map(({ percent }) => percent))),
        "median s": rounded(seconds[Math.floor(seconds.length / 2)]!),
        "most s": rounded(seconds.at(-1)!),
      };
      console.error(JSON.stringify(row));
      rows.push(row);
    }
  }
  console.table(rows);
  console.log(JSON.stringify({ bench: "proofs", seeds, rows }));
}

async function measured(topology: Topology): Promise<Proof> {
  const before = process.cpuUsage();
  const plan = await place(topology);
  const { user, system } = process.cpuUsage(before);
  if (plan.unplaced.length > 0) throw new Error(`somebody is left out of ${topology.scenario.name}`);
  return { ...gapOf(plan), seconds: (user + system) / 1e6 };
}

function gapOf({ method, gap, packingGap }: Plan): Omit<Proof, "seconds"> {
  const isPlain = method === "greedy";
  if (packingGap) {
    const { moves, withoutGpu, blocksPercent: percent = 100 } = packingGap;
    return { isPlain, isProven: moves + withoutGpu + percent === 0, moves, withoutGpu, percent };
  }
  const { moves = 0, scorePercent: percent = 0 } = gap ?? {};
  return { isPlain, isProven: method === "exact", moves, withoutGpu: 0, percent };
}

/** What is planted obeys all of them, but for some who run elsewhere: so it is known that all fit. */
function withRules(
  shape: { nodes: number; instances: number; fill: number; seed: number },
  strategy: (typeof strategies)[number],
): Topology {
  const random = randomFrom(shape.seed);
  const { cluster, scenario, observed } = planted({ ...shape, gpus: true, running: 1 });
  const homes = observed.previous;
  const any = <One>(all: readonly One[]): One => all[Math.floor(random() * all.length)]!;
  const nodes = cluster.nodes.map(({ name }) => name);
  const previous: Record<string, PreviousPlacement> = {};
  const placement: Record<string, string> = {};
  const instances = scenario.instances.map((one): Instance => {
    const home = homes[one.id]!.node;
    const others = scenario.instances.filter(({ id }) => id !== one.id);
    const beside = others.filter(({ id }) => homes[id]!.node === home).map(({ id }) => id);
    const apart = others.filter(({ id }) => homes[id]!.node !== home).map(({ id }) => id);
    if (random() < 0.3) previous[one.id] = { node: random() < 0.7 ? home : any(nodes) };
    if (random() < 0.05) placement[one.id] = home;
    return {
      ...one,
      affinity: random() < 0.3 && beside.length > 0 ? [any(beside)] : [],
      antiAffinity: random() < 0.2 ? [any(apart)] : [],
      ...(random() < 0.2 && { preferredNode: any(nodes) }),
    };
  });
  return {
    cluster,
    scenario: { ...scenario, instances, placement, strategy },
    observed: { ...observed, previous },
  };
}

const rounded = (value: number) => Math.round(value * 100) / 100;
