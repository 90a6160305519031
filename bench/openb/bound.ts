import { gpuOf, type Kind, type Machine, wholeGpu } from "../../placement/pack/kind";
import type { Highs } from "../../placement/solver";

/** Machines that are alike, taken as one: an upper bound may cut a pod at the edge between two of them. */
interface Pool {
  machine: Machine;
  count: number;
}

/**
 * The most GPU that any packing of these pods can allocate, as a share of all GPUs, from above: a linear program in which
 * machines that are alike pool their CPU and RAM, devices are filled by patterns of shares, and pods may be cut. Patterns
 * are found as they are needed (column generation after Gilmore and Gomory, 1961), by a knapsack over the devices' prices.
 */
export function allocationBound(
  kinds: readonly Kind[],
  counts: readonly number[],
  machines: readonly Machine[],
  highs: Highs,
): number {
  const pools = poolsOf(machines);
  const sizes = [...new Set(kinds.filter(isShare).map(({ gpuMilli }) => gpuMilli))].sort((a, b) => a - b);
  const capacity = machines.reduce((sum, { gpus }) => sum + gpus * wholeGpu, 0);
  const patterns = pools.map(() =>
    sizes.map((size) => sizes.map((other) => (other === size ? Math.floor(wholeGpu / size) : 0))),
  );
  for (;;) {
    const { allocated, prices } = solve();
    let found = 0;
    for (const [index, pool] of pools.entries()) {
      if (pool.machine.gpus === 0) continue;
      const { value, pattern } = mostValuable(sizes, prices[index]!.shares);
      if (value <= prices[index]!.device + 1e-6) continue;
      patterns[index]!.push(pattern);
      found++;
    }
    if (found === 0) return allocated / capacity;
  }

  function solve() {
    const objective: string[] = [];
    const rows = new Map<string, string[]>();
    const add = (row: string, coefficient: number, column: string) => {
      if (coefficient === 0) return;
      const terms = rows.get(row) ?? rows.set(row, []).get(row)!;
      terms.push(`${coefficient < 0 ? "-" : "+"} ${Math.abs(coefficient)} ${column}`);
    };
    for (const [index, kind] of kinds.entries()) {
      if (!counts[index]) continue;
      for (const [pool, { machine }] of pools.entries()) {
        if (!fitsAlone(kind, machine)) continue;
        const column = `x${index}_${pool}`;
        if (gpuOf(kind) > 0) objective.push(`+ ${gpuOf(kind)} ${column}`);
        add(`kind${index}`, 1, column);
        add(`cpu${pool}`, kind.cpuMilli / 1000, column);
        add(`ram${pool}`, kind.takes[machine.group]!.ramBytes / 2 ** 30, column);
        if (isShare(kind)) add(`share${pool}_${sizes.indexOf(kind.gpuMilli)}`, 1, column);
        else add(`gpu${pool}`, kind.gpus, column);
        if (kind.gpus > 1) add(`large${pool}_${kind.gpus}`, 1, column);
      }
    }
    for (const [pool, list] of patterns.entries()) {
      for (const [index, pattern] of list.entries()) {
        const column = `p${pool}_${index}`;
        add(`gpu${pool}`, 1, column);
        for (const [size, times] of pattern.entries()) add(`share${pool}_${size}`, -times, column);
      }
    }
    // Nothing that asks for a GPU fits anywhere, and a program without columns is none.
    if (objective.length === 0)
      return { allocated: 0, prices: pools.map(() => ({ device: 0, shares: sizes.map(() => 0) })) };
    const limits = (row: string): number => {
      const [, name, first, second] = /^([a-z]+)(\d+)_?(\d+)?$/.exec(row)!;
      if (name === "kind") return counts[Number(first)]!;
      const { machine, count } = pools[Number(first)]!;
      if (name === "cpu") return (machine.cpuMilli / 1000) * count;
      if (name === "ram") return (machine.ramBytes / 2 ** 30) * count;
      if (name === "gpu") return machine.gpus * count;
      return name === "large" ? Math.floor(machine.gpus / Number(second)) * count : 0;
    };
    const text = [
      "Maximize",
      ` objective: ${objective.join("\n ")}`,
      "Subject To",
      ...[...rows].map(([row, terms]) => ` ${row}: ${terms.join("\n  ")} <= ${limits(row)}`),
      "End",
    ];
    const solution = highs.solve(text.join("\n"), { output_flag: false });
    if (solution.Status !== "Optimal") throw new Error(`the bound's program is ${solution.Status}`);
    const duals = new Map(
      (solution.Rows as { Name: string; Dual?: number }[]).map(({ Name, Dual }) => [
        Name,
        Math.abs(Dual ?? 0),
      ]),
    );
    const prices = pools.map((_, pool) => ({
      device: duals.get(`gpu${pool}`) ?? 0,
      shares: sizes.map((_, size) => duals.get(`share${pool}_${size}`) ?? 0),
    }));
    return { allocated: solution.ObjectiveValue, prices };
  }
}

function isShare({ gpus, gpuMilli }: Kind): boolean {
  return gpus === 1 && gpuMilli < wholeGpu;
}

function fitsAlone({ cpuMilli, gpus, takes }: Kind, machine: Machine): boolean {
  const memory = takes[machine.group];
  if (!memory || memory.ramBytes > machine.ramBytes) return false;
  return cpuMilli <= machine.cpuMilli && gpus <= machine.gpus;
}

function poolsOf(machines: readonly Machine[]): Pool[] {
  const pools = new Map<string, Pool>();
  for (const machine of machines) {
    const key = JSON.stringify(machine);
    const pool = pools.get(key);
    if (pool) pool.count++;
    else pools.set(key, { machine, count: 1 });
  }
  return [...pools.values()];
}

/** The shares that fit one device together and are worth most: an unbounded knapsack. */
function mostValuable(sizes: readonly number[], worth: readonly number[]) {
  const best = new Float64Array(wholeGpu + 1);
  const last = new Int32Array(wholeGpu + 1).fill(-1);
  for (let room = 1; room <= wholeGpu; room++) {
    best[room] = best[room - 1]!;
    for (const [index, size] of sizes.entries()) {
      if (size > room || best[room - size]! + worth[index]! <= best[room]! + 1e-9) continue;
      best[room] = best[room - size]! + worth[index]!;
      last[room] = index;
    }
  }
  const pattern = sizes.map(() => 0);
  for (let room = wholeGpu; room > 0; ) {
    const index = last[room]!;
    if (index < 0) room--;
    else {
      pattern[index]!++;
      room -= sizes[index]!;
    }
  }
  return { value: best[wholeGpu]!, pattern };
}
