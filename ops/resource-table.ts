import type { FactsAnswer, Gpu } from "./ask-facts";

const barLength = 20;

/**
 * What is in use, a line per node and one more per GPU, for people: `█` by Berth's instances, `▒` by anything else, `·` free.
 * A node without an answer is told with its problem.
 */
export function resourceTable(nodes: ReadonlyMap<string, FactsAnswer | { problem: string }>): string {
  const width = Math.max(...[...nodes.keys()].map((name) => name.length));
  return [...nodes]
    .flatMap(([name, answer]) => {
      const lead = name.padEnd(width);
      if ("problem" in answer) return [`${lead}  ${answer.problem.split("\n")[0]}`];
      const rows = [
        memoryRow(answer),
        cpuRow(answer),
        ...answer.gpus.map((gpu) => gpuRow(gpu, answer.gpus.length)),
      ];
      return rows.map((row, index) => `${index === 0 ? lead : " ".repeat(width)}  ${row}`);
    })
    .join("\n");
}

function memoryRow({ facts, holdings }: FactsAnswer): string {
  const { ram_bytes: ram, mem_available_bytes: available } = facts;
  const own = holdings.reduce((sum, { used_bytes }) => sum + (used_bytes ?? 0), 0);
  return row(
    "memory",
    bar((ram - available) / ram, own / ram),
    `${gb(ram - available)} of ${gb(ram)} GB, ${gb(own)} by Berth`,
  );
}

function cpuRow({ facts: { load_1m: load, cpu_cores: cores } }: FactsAnswer): string {
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
