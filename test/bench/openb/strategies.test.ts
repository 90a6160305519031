import { expect, test } from "vitest";
import { allocationBound } from "../../../bench/openb/bound";
import { arrivedAt, drawPods } from "../../../bench/openb/draw";
import { countOf, strategies } from "../../../bench/openb/strategies";
import type { Trace } from "../../../bench/openb/trace";
import { solver } from "../../../placement/solver";

// The trace itself is not part of the project: how near we come to the published figures is measured, not tested.

const ram = (ramBytes: number) => ({ ramBytes, gpuMemoryBytes: 0 });

const trace: Trace = {
  machines: Array.from({ length: 12 }, (_, index) => ({
    cpuMilli: index % 3 === 0 ? 8000 : 16_000,
    ramBytes: 64,
    gpus: [8, 2, 4][index % 3]!,
    slots: 1e6,
    group: index % 2,
  })),
  kinds: [
    { cpuMilli: 1000, gpus: 1, gpuMilli: 1000, takes: [ram(1), ram(1)], conflicts: [] },
    { cpuMilli: 500, gpus: 1, gpuMilli: 350, takes: [ram(2), ram(2)], conflicts: [] },
    { cpuMilli: 2000, gpus: 1, gpuMilli: 640, takes: [undefined, ram(4)], conflicts: [] },
    { cpuMilli: 4000, gpus: 4, gpuMilli: 1000, takes: [ram(8), ram(8)], conflicts: [] },
    { cpuMilli: 3000, gpus: 0, gpuMilli: 0, takes: [ram(4), ram(4)], conflicts: [] },
  ],
  pods: [0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 4],
};
const gpuMilli = trace.machines.reduce((sum, { gpus }) => sum + gpus * 1000, 0);

test("a list is shuffled and filled up until the ratio is asked for, the same for the same seed", () => {
  const pods = drawPods(trace, 42, 1.3);
  const asked = (list: readonly number[]) =>
    list.reduce((sum, kind) => sum + trace.kinds[kind]!.gpus * trace.kinds[kind]!.gpuMilli, 0);
  expect(asked(pods)).toBeGreaterThan(1.2 * gpuMilli);
  expect(asked(pods)).toBeLessThanOrEqual(1.3 * gpuMilli + 3000);
  expect(drawPods(trace, 42, 1.3)).toEqual(pods);
  expect(drawPods(trace, 43, 1.3)).not.toEqual(pods);
  const arrived = arrivedAt(1, trace, pods);
  expect(asked(arrived)).toBeGreaterThanOrEqual(gpuMilli);
  expect(asked(arrived.slice(0, -1))).toBeLessThan(gpuMilli);
});

test("a list that asks for too much loses pods at random", () => {
  const pods = drawPods({ ...trace, pods: Array.from({ length: 200 }, () => 0) }, 42, 1);
  expect(pods).toEqual(Array.from({ length: gpuMilli / 1000 }, () => 0));
});

test.each(Object.keys(strategies))("%s takes nothing twice and stays below the bound", async (name) => {
  const highs = await solver();
  for (const seed of [1, 2, 3]) {
    const pods = arrivedAt(1, trace, drawPods(trace, seed, 1.3));
    const packing = strategies[name]!.run(trace, pods, seed, 2000);
    for (const left of [packing.cpuFree, packing.ramFree, packing.gpuFree, packing.slotsFree])
      expect(Math.min(...left)).toBeGreaterThanOrEqual(0);
    const placed = packing.residents.flatMap((residents) => residents.map((held) => packing.kindOf(held)));
    const counts = countOf(trace.kinds, pods);
    expect(countOf(trace.kinds, placed).filter((count, kind) => count > counts[kind]!)).toEqual([]);
    const allocated = placed.reduce(
      (sum, kind) => sum + trace.kinds[kind]!.gpus * trace.kinds[kind]!.gpuMilli,
      0,
    );
    expect(gpuMilli - packing.gpuLeft.reduce((sum, left) => sum + left, 0)).toBe(allocated);
    const bound = allocationBound(trace.kinds, counts, trace.machines, highs);
    expect(allocated / gpuMilli).toBeLessThanOrEqual(bound + 1e-9);
  }
});

test.each(Object.keys(strategies))("%s passes over pods that no machine can take", async (name) => {
  const [one] = trace.kinds;
  const nowhere = [
    { ...one!, takes: [undefined, undefined] },
    { ...one!, gpus: 9 },
    { ...one!, gpus: 400 },
    { ...one!, cpuMilli: 17_000 },
  ];
  for (const kind of nowhere) {
    const odd = { ...trace, kinds: [kind, one!], pods: [0] };
    const pods = drawPods(odd, 1, 1.3);
    expect(countOf(odd.kinds, pods)[0]).toBe(pods.length);
    const packing = strategies[name]!.run(odd, [...pods, 1], 1, 200);
    expect(packing.residents.flat().map((held) => packing.kindOf(held))).toEqual([1]);
    expect(allocationBound(odd.kinds, countOf(odd.kinds, pods), odd.machines, await solver())).toBe(0);
  }
});

test("a list that would never ask for enough is refused, at once", () => {
  const kinds = [trace.kinds[4]!, { ...trace.kinds[0]!, gpuMilli: 1 }];
  expect(() => drawPods({ ...trace, kinds, pods: [0, 0, 0] }, 1, 1.3)).toThrow(
    "expected pods of which at most 1000000 ask for 72.8 GPUs; got 3 that ask for 0. " +
      "Take fewer nodes, or pods that ask for more GPU (columns num_gpu, gpu_milli)",
  );
  expect(() => drawPods({ ...trace, kinds, pods: [...Array(99).fill(0), 1] }, 1, 1.3)).toThrow(
    "got 100 that ask for 0.001",
  );
});

test("of equal machines one takes all while it rates best, the same one each time", () => {
  const machines = [0, 1, 2].map(() => trace.machines[1]!);
  for (const name of ["best-fit", "fgd"]) {
    const packing = strategies[name]!.run({ ...trace, machines }, [1, 1], 1, 0);
    expect(packing.residents.map((residents) => residents.length).sort()).toEqual([0, 0, 2]);
    expect(strategies[name]!.run({ ...trace, machines }, [1, 1], 1, 0).residents).toEqual(packing.residents);
  }
});

test("best fit takes the machine with the least left, FGD the one that stays of most use", () => {
  const machines = [trace.machines[2]!, trace.machines[1]!];
  const chosen = (name: string, usual: number[], order = machines) =>
    strategies[name]!.run({ ...trace, machines: order, pods: usual }, [1], 1, 0).residents.map(
      ({ length }) => length,
    );
  const online = (name: string, usual: number[]) => chosen(name, usual);
  const reversed = (name: string, usual: number[]) => chosen(name, usual, [...machines].reverse());
  expect(online("best-fit", [3])).toEqual([0, 1]);
  expect(reversed("best-fit", [3])).toEqual([1, 0]);
  // Only who asks for four devices is usual: the machine with four keeps them together.
  expect(online("fgd", [3])).toEqual([0, 1]);
  expect(reversed("fgd", [3])).toEqual([1, 0]);
  // Of whole GPUs and shares each breaks one device: equal, so that the place in the order decides.
  expect(reversed("fgd", [0])).toEqual(online("fgd", [0]));
});
