import type { Kind } from "../../placement/pack/kind";
import type { Packing } from "../../placement/pack/packing";
import type { NewPolicy } from "./policy";
import { ScoreTable } from "./score-table";

/**
 * Fragmentation gradient descent (Weng, Yang and others, "Beware of Fragmentation", USENIX ATC 2023): the place where the
 * idle GPU that a usual pod could not use grows least. Scores are whole points and equals have a fixed order, as in the
 * authors' simulator: without both it packs worse.
 */
export const fgd: NewPolicy = (packing, usual) => {
  const typical = typicalKinds(packing, usual);
  const table = new ScoreTable(packing, (kind, machine) => bestOf(kind, machine).score);
  return {
    choose(kind) {
      const machine = table.best(kind);
      return machine < 0 ? undefined : { machine, devices: bestOf(kind, machine).devices };
    },
    changed: (machine) => table.changed(machine),
  };

  function bestOf(kind: number, machine: number) {
    const before = fragmentation(packing, typical, machine);
    let best = { score: -1, devices: -1 };
    const shares = packing.sharesFor(kind, machine);
    for (const devices of shares.length > 0 ? shares : [packing.devicesFor(kind, machine)]) {
      packing.put(kind, machine, devices);
      const after = fragmentation(packing, typical, machine);
      packing.evict(machine, packing.residents[machine]!.length - 1);
      const score = Math.trunc((1 / (1 + Math.exp(-((before - after) / 1000)))) * 100);
      if (score > best.score) best = { score, devices };
    }
    return best;
  }
};

/** More than any published workload has: it bounds the time for lists in which hardly two pods are alike. */
const mostTypical = 256;

interface Typical {
  kind: number;
  share: number;
}

/** The most frequent kinds that make up 95 % of the pods, 256 at most; kinds that differ in RAM only are one. */
function typicalKinds({ kinds }: Packing, usual: readonly number[]): Typical[] {
  const counts = new Map<string, { kind: number; count: number }>();
  for (const [kind, count] of usual.entries()) {
    const { cpuMilli, gpus, gpuMilli, takes } = kinds[kind]!;
    const key = [cpuMilli, gpus, gpuMilli, ...takes.map((memory) => memory !== undefined)].join();
    const known = counts.get(key);
    if (known) known.count += count;
    else counts.set(key, { kind, count });
  }
  const all = usual.reduce((sum, count) => sum + count, 0);
  const found: { kind: number; count: number }[] = [];
  let covered = 0;
  const byFrequency = (a: { kind: number; count: number }, b: { kind: number; count: number }) =>
    b.count - a.count || larger(kinds[a.kind]!, kinds[b.kind]!);
  for (const one of [...counts.values()].sort(byFrequency)) {
    if (covered >= 0.95 * all || found.length === mostTypical) break;
    covered += one.count;
    found.push(one);
  }
  // Divided twice, as the authors do: the last digit counts.
  return found.map(({ kind, count }) => ({ kind, share: count / all / (covered / all) }));
}

function larger(a: Kind, b: Kind): number {
  return b.cpuMilli - a.cpuMilli || b.gpuMilli - a.gpuMilli || b.gpus - a.gpus;
}

/** Thousandths of idle GPU that a typical pod cannot use, as expected. */
function fragmentation(packing: Packing, typical: readonly Typical[], machine: number): number {
  const { gpus: count, group } = packing.machines[machine]!;
  const all = packing.gpuLeft[machine]!;
  // By reason, as the authors add up: scores are cut to whole points, so that the last digit of a sum decides ties.
  const sums = new Float64Array(6);
  for (const { kind, share } of typical) {
    const { cpuMilli, gpus, gpuMilli, takes } = packing.kinds[kind]!;
    const hasCpu = cpuMilli <= packing.cpuFree[machine]!;
    let fitting = 0;
    let lost = 0;
    for (let device = 0; device < count; device++) {
      const left = packing.gpuLeftOf(machine, device);
      if (left < gpuMilli) lost += left;
      else fitting++;
    }
    if (gpuMilli === 0) sums[hasCpu ? 3 : 4]! += share * all;
    else if (!takes[group]) sums[5]! += share * all;
    else if (fitting < gpus) sums[hasCpu ? 1 : 0]! += share * all;
    else if (hasCpu) sums[1]! += share * lost;
    else sums[2]! += share * all;
  }
  return sums.reduce((sum, one) => sum + one, 0);
}
