import type { KubernetesUse } from "../kubernetes/use";
import type { FactsAnswer, Gpu } from "../node/ask-facts";

const barLength = 20;

/** What is known of a node: over SSH, through Kubernetes, or both; or why it is not. */
export type NodeUse = Partial<FactsAnswer> & {
  readonly problem?: string;
  readonly kubernetes?: KubernetesUse | { readonly problem: string };
};

/**
 * What is in use, a line each for memory, CPU and every GPU of a node, then what pods ask for of it, for people: `█` by Berth,
 * `▒` by anything else, `·` free. A node without an answer is told with its problem.
 */
export function resourceTable(nodes: ReadonlyMap<string, NodeUse>): string {
  const width = Math.max(...[...nodes.keys()].map((name) => name.length));
  return [...nodes]
    .flatMap(([name, use]) => {
      const rows = [...sshRows(use), ...kubernetesRows(use)];
      return rows.map((row, index) => `${(index === 0 ? name : "").padEnd(width)}  ${row}`);
    })
    .join("\n");
}

function sshRows({ problem, ...use }: NodeUse): string[] {
  if (problem !== undefined) return [problem.split("\n")[0]!];
  const { facts, gpus, holdings } = use;
  if (!facts || !gpus || !holdings) return [];
  return [memoryRow({ facts, holdings }), cpuRow({ facts }), ...gpus.map((gpu) => gpuRow(gpu, gpus.length))];
}

/** Pods ask, and whoever asks has: that is not what they use, which few clusters tell. */
function kubernetesRows({ kubernetes: use }: NodeUse): string[] {
  if (use === undefined) return [];
  if ("problem" in use) return [use.problem.split("\n")[0]!];
  const { allocatable, requested, memory_used_bytes: used } = use;
  const asked = (
    key: "memory_bytes" | "cpu_cores" | "gpus",
    what: string,
    shown: (amount: number) => string,
  ) => {
    const all = allocatable[key];
    const holders = use.holders.filter((holder) => holder[key] > 0);
    const own = holders.reduce((sum, { stack, [key]: amount }) => sum + (stack === null ? 0 : amount), 0);
    const by = holders.map(
      ({ namespace, stack, [key]: amount }) =>
        `${stack === null ? namespace : `Berth's ${stack}`} ${shown(amount)}`,
    );
    const words = `pods ask for ${shown(requested[key])} of ${shown(all)}${what}`;
    return [bar(requested[key] / all, own / all), [words, ...by].join(", ")] as const;
  };
  const [memoryBar, memory] = asked("memory_bytes", " GB", gb);
  const inUse = used === null ? "" : `; ${gb(used)} GB are in use`;
  return [
    row("memory", memoryBar, memory + inUse),
    row("CPU", ...asked("cpu_cores", " cores", String)),
    ...(allocatable.gpus > 0 ? [row("GPU", ...asked("gpus", "", String))] : []),
  ];
}

function memoryRow({ facts, holdings }: Pick<FactsAnswer, "facts" | "holdings">): string {
  const { ram_bytes: ram, mem_available_bytes: available } = facts;
  const own = holdings.reduce((sum, { used_bytes }) => sum + (used_bytes ?? 0), 0);
  return row(
    "memory",
    bar((ram - available) / ram, own / ram),
    `${gb(ram - available)} of ${gb(ram)} GB, ${gb(own)} by Berth`,
  );
}

function cpuRow({ facts: { load_1m: load, cpu_cores: cores } }: Pick<FactsAnswer, "facts">): string {
  return row(
    "CPU",
    bar(load / cores),
    `load ${load.toFixed(1)} of ${cores} ${cores === 1 ? "core" : "cores"}`,
  );
}

/** A Jetson and a GB10 tell no memory of their GPU's: it is the RAM. */
function gpuRow(
  { index, name, busy_percent: busy, memory_used_bytes: used, memory_bytes: all }: Gpu,
  gpus: number,
): string {
  const isKnown = used !== null && all !== null;
  const memory = isKnown ? `${gb(used)} of ${gb(all)} GB` : "its memory is the RAM";
  const load = busy === null ? "how busy it is, it does not tell" : `${Math.round(busy)} % busy`;
  const share = isKnown ? used / all : (busy ?? 0) / 100;
  return row(gpus > 1 ? `GPU ${index}` : "GPU", bar(share), `${memory}, ${load} (${name})`);
}

const row = (what: string, drawn: string, words: string) => `${what.padEnd(6)}  ${drawn}  ${words}`;

/** @param own the part of `share` that is Berth's */
function bar(share: number, own = 0): string {
  const cells = (part: number) => Math.min(barLength, Math.max(0, Math.round(part * barLength)));
  const [filled, ours] = [cells(share), Math.min(cells(own), cells(share))];
  return "█".repeat(ours) + "▒".repeat(filled - ours) + "·".repeat(barLength - filled);
}

const gb = (bytes: number) => (bytes / 1e9).toFixed(1);
