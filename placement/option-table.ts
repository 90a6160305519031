import type { Kind } from "./kinds";

/** A kind's options by room: what it takes there and what that is worth, on the GPU (1) and off it (0). */
export interface OptionTable {
  may: Uint8Array[];
  ram: Float64Array[];
  gpu: Float64Array[];
  points: Int32Array[];
  rank: Int32Array[];
}

export function optionTableOf({ options }: Kind, roomOf: ReadonlyMap<string, number>): OptionTable {
  const modes = [0, 1];
  const table: OptionTable = {
    may: modes.map(() => new Uint8Array(roomOf.size)),
    ram: modes.map(() => new Float64Array(roomOf.size)),
    gpu: modes.map(() => new Float64Array(roomOf.size)),
    points: modes.map(() => new Int32Array(roomOf.size)),
    rank: modes.map(() => new Int32Array(roomOf.size)),
  };
  for (const { node, takes, score, rank } of options) {
    const [mode, room] = [Number(takes.onGpu), roomOf.get(node)!];
    table.may[mode]![room] = 1;
    table.ram[mode]![room] = takes.ramBytes;
    table.gpu[mode]![room] = takes.gpuMemoryBytes;
    table.points[mode]![room] = Math.round(score * 100);
    table.rank[mode]![room] = rank;
  }
  return table;
}
