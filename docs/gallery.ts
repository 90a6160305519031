import { explain } from "../placement/explain";
import { picture } from "../placement/picture";
import { place } from "../placement/place";
import { loadTopology } from "../topology/load-topology";
import { noObservations, type Observed } from "../topology/observed";
import type { Topology } from "../topology/topology";

const cluster = "stacks/clusters/brain-in-jar.yaml";
const load = (name: string, observed: Partial<Observed> = {}) =>
  loadTopology({ cluster, scenario: `stacks/scenarios/${name}.yaml` }, { ...noObservations, ...observed });

/** Where the hive's instances run in the examples. */
const hiveRuns: Observed["previous"] = {
  historian: { node: "jetson", port: 9001 },
  critic: { node: "jetson", port: 9000 },
  optimist: { node: "jetson", port: 9002 },
  pessimist: { node: "rpi1", port: 9003 },
};

interface Example {
  readonly title: string;
  readonly words: string;
  readonly topology: Topology;
}

/** The same topology with one node's status changed. */
function withStatus(topology: Topology, node: string, status: "MAINTENANCE" | "DEGRADED"): Topology {
  const nodes = topology.cluster.nodes.map((one) => (one.name === node ? { ...one, status } : one));
  return { ...topology, cluster: { ...topology.cluster, nodes } };
}

/** The hive with one more, which takes `ramBytes`. */
function withFatalist(topology: Topology, ramBytes: number): Topology {
  const { preferredNode: _, ...pessimist } = topology.scenario.instances.find(
    ({ id }) => id === "pessimist",
  )!;
  const instances = [...topology.scenario.instances, { ...pessimist, id: "fatalist", ramBytes }];
  return { ...topology, scenario: { ...topology.scenario, instances } };
}

const examples: Example[] = [
  ...["hive-cluster", "split-brain", "panopticon", "prisoners-dilemma"].map((name) => ({
    title: name,
    words: "A first run: nothing is known but the files.",
    topology: load(name),
  })),
  {
    title: "What runs stays",
    words: "The hive runs. Now everything would score alike elsewhere, too; nobody moves.",
    topology: load("hive-cluster", { previous: hiveRuns }),
  },
  {
    title: "A drain",
    words:
      "The hive runs. `status: maintenance` on rpi1: it gives up what it has, and the preview says where that goes.",
    topology: withStatus(load("hive-cluster", { previous: hiveRuns }), "rpi1", "MAINTENANCE"),
  },
  {
    title: "A newcomer that fits only if somebody moves",
    words:
      "The hive runs, and a fatalist of 30 GB joins. `allow_moves: false` in the scenario would forbid the move.",
    topology: withFatalist(load("hive-cluster", { previous: hiveRuns }), 30e9),
  },
  {
    title: "A proof of impossibility",
    words: "A fatalist of 50 GB: the smallest set that does not fit together, and what would help.",
    topology: withFatalist(load("hive-cluster", { previous: hiveRuns }), 50e9),
  },
  {
    title: "Another stack on the same machines",
    words: "Somebody's night shift holds rpi1, where player_A would like to be.",
    topology: load("prisoners-dilemma", {
      others: [{ stack: "night-shift", instance: "guard", node: "rpi1", ramBytes: 4e9, gpuMemoryBytes: 0 }],
    }),
  },
  {
    title: "Facts",
    words: "Twenty minutes ago rpi1 did not answer and the host was short of memory (`./berth health`).",
    topology: load("prisoners-dilemma", {
      nodes: {
        rpi1: { status: "UNAVAILABLE", reason: "connection refused" },
        host: { status: "DEGRADED", reason: "93 % of its memory is used" },
      },
      facts: { ageSeconds: 1200 },
    }),
  },
];

/** The gallery's files by name: `placement.md`, made by running the code on the shipped files, and its picture. */
export async function gallery(): Promise<Record<string, string>> {
  const sections = await Promise.all(
    examples.map(
      async ({ title, words, topology }) =>
        `## ${title}\n\n${words}\n\n\`\`\`\n${explain(await place(topology))}\n\`\`\`\n`,
    ),
  );
  const text = `# What the preview says

Each text below was made by running the code on the files in \`stacks/\` (\`npm run docs\`); a test keeps them fresh.
\`./berth plan STACK\` prints the same without Pulumi, \`--json\` for machines, \`--html FILE\` with this picture, whose boxes tell their reasons:

![the hive on four machines](placement.svg)

${sections.join("\n")}`;
  return { "placement.md": text, "placement.svg": picture(await place(load("hive-cluster"))) };
}
