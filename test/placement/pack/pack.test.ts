import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Kind, type Machine, mostGpus } from "../../../placement/pack/kind";
import { pack } from "../../../placement/pack/pack";
import type { Packing } from "../../../placement/pack/packing";

// Says nothing about how well large lists are packed: bench/openb measures it.

interface Case {
  kinds: Kind[];
  counts: number[];
  machines: Machine[];
}

const groups = 2;

const machineArbitrary: fc.Arbitrary<Machine> = fc.record({
  cpuMilli: fc.integer({ min: 1, max: 8 }).map((cores) => cores * 1000),
  ramBytes: fc.integer({ min: 1, max: 8 }),
  gpus: fc.integer({ min: 0, max: 3 }),
  gpuMemoryFree: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 3, maxLength: 3 }),
  slots: fc.integer({ min: 0, max: 4 }),
  group: fc.integer({ min: 0, max: groups - 1 }),
});

const memoryArbitrary = fc.option(
  fc.record({ ramBytes: fc.integer({ min: 0, max: 3 }), gpuMemoryBytes: fc.constantFrom(0, 0, 1, 3) }),
  { nil: undefined, freq: 4 },
);

const kindArbitrary = (kinds: number): fc.Arbitrary<Kind> =>
  fc
    .record({
      cpuMilli: fc.integer({ min: 0, max: 8 }).map((halves) => halves * 500),
      takes: fc.tuple(memoryArbitrary, memoryArbitrary),
      gpu: fc.constantFrom([0, 0], [1, 250], [1, 400], [1, 700], [1, 1000], [2, 1000]),
      conflicts: fc.uniqueArray(fc.integer({ min: 0, max: kinds - 1 }), { maxLength: 1 }),
    })
    .map(({ gpu, ...fields }) => ({ ...fields, gpus: gpu[0]!, gpuMilli: gpu[1]! }));

const cases = (most: { kinds: number; count: number; machines: number }): fc.Arbitrary<Case> =>
  fc.integer({ min: 1, max: most.kinds }).chain((kinds) =>
    fc.record({
      kinds: fc
        .array(kindArbitrary(kinds), { minLength: kinds, maxLength: kinds })
        .map((drawn) => mutual(drawn)),
      counts: fc.array(fc.integer({ min: 0, max: most.count }), { minLength: kinds, maxLength: kinds }),
      machines: fc.array(machineArbitrary, { minLength: 1, maxLength: most.machines }),
    }),
  );

/** Conflicts bind both. */
function mutual(kinds: Kind[]): Kind[] {
  return kinds.map((kind, index) => ({
    ...kind,
    conflicts: kinds.flatMap((other, number) =>
      kind.conflicts.includes(number) || other.conflicts.includes(index) ? [number] : [],
    ),
  }));
}

describe("a packing", () => {
  it("holds every rule, whatever is asked for", () => {
    fc.assert(
      fc.property(cases({ kinds: 8, count: 4, machines: 6 }), ({ kinds, counts, machines }) => {
        const packing = pack(kinds, counts, machines, 200);
        expect(breaches(packing)).toEqual([]);
        const placed = kinds.map((_, kind) => held(packing).filter((one) => one.kind === kind).length);
        expect(placed.filter((count, kind) => count > counts[kind]!)).toEqual([]);
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it("is the same for the same input", () => {
    fc.assert(
      fc.property(cases({ kinds: 8, count: 4, machines: 6 }), ({ kinds, counts, machines }) => {
        const [one, other] = [1, 2].map(() => pack(kinds, counts, machines, 300).residents);
        expect(one).toEqual(other);
      }),
      { numRuns: 30, seed: 6 },
    );
  });

  it("allocates as much GPU as any, then places as many, where every packing can be looked at", () => {
    fc.assert(
      fc.property(cases({ kinds: 4, count: 2, machines: 3 }), ({ kinds, counts, machines }) => {
        const packing = pack(kinds, counts, machines, 3000);
        expect(worthOf(packing)).toEqual(best(kinds, counts, machines));
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});

interface Held {
  kind: number;
  machine: number;
  devices: number[];
}

function held({ residents }: Packing): Held[] {
  return residents.flatMap((here, machine) =>
    here.map((resident) => ({
      kind: Math.floor(resident / 2 ** mostGpus),
      machine,
      devices: Array.from({ length: mostGpus }, (_, device) => device).filter(
        (device) => Math.floor(resident / 2 ** device) % 2 === 1,
      ),
    })),
  );
}

/** Added up anew, from nothing but who is where. */
function breaches(packing: Packing): string[] {
  const { kinds, machines } = packing;
  const all = held(packing);
  const found: string[] = [];
  for (const [index, machine] of machines.entries()) {
    const here = all.filter((one) => one.machine === index);
    const sum = (of: (kind: Kind) => number) => here.reduce((total, { kind }) => total + of(kinds[kind]!), 0);
    if (sum((kind) => kind.cpuMilli) > machine.cpuMilli) found.push(`${index}: CPU`);
    if (sum(({ takes }) => takes[machine.group]?.ramBytes ?? 99) > machine.ramBytes)
      found.push(`${index}: RAM`);
    if (here.length > machine.slots) found.push(`${index}: slots`);
    for (let device = 0; device < mostGpus; device++) {
      const on = here.filter(({ devices }) => devices.includes(device));
      const used = on.reduce((total, { kind }) => total + kinds[kind]!.gpuMilli, 0);
      if (used > (device < machine.gpus ? 1000 : 0)) found.push(`${index}: GPU ${device}`);
      const bytes = on.reduce((total, { kind }) => total + memoryOf(kinds[kind]!, machine), 0);
      if (bytes > machine.gpuMemoryFree![device]!) found.push(`${index}: memory of GPU ${device}`);
    }
    for (const one of here) {
      const kind = kinds[one.kind]!;
      if (one.devices.length !== kind.gpus) found.push(`${index}: number of GPUs`);
      if (here.some((other) => other !== one && kind.conflicts.includes(other.kind)))
        found.push(`${index}: conflict`);
    }
  }
  return found;
}

function worthOf(packing: Packing) {
  const all = held(packing);
  const gpuMilli = all.reduce(
    (sum, { kind, devices }) => sum + devices.length * packing.kinds[kind]!.gpuMilli,
    0,
  );
  return { gpuMilli, placed: all.length };
}

function memoryOf({ takes }: Kind, { group }: Machine): number {
  return takes[group]?.gpuMemoryBytes ?? 99;
}

/** Every packing, looked at one by one. */
function best(kinds: readonly Kind[], counts: readonly number[], machines: readonly Machine[]) {
  const all = counts.flatMap((count, kind) => Array.from({ length: count }, () => kind));
  const state = machines.map((machine) => ({
    ...machine,
    devices: Array.from({ length: machine.gpus }, () => 1000),
    memories: [...machine.gpuMemoryFree!],
    residents: [] as number[],
  }));
  let most = { gpuMilli: 0, placed: 0 };
  const next = (index: number, gpuMilli: number, placed: number): void => {
    if (gpuMilli > most.gpuMilli || (gpuMilli === most.gpuMilli && placed > most.placed))
      most = { gpuMilli, placed };
    if (index === all.length) return;
    next(index + 1, gpuMilli, placed);
    const kind = kinds[all[index]!]!;
    for (const machine of state) {
      const memory = kind.takes[machine.group];
      const isRefused =
        kind.cpuMilli > machine.cpuMilli ||
        !memory ||
        memory.ramBytes > machine.ramBytes ||
        machine.residents.length >= machine.slots ||
        machine.residents.some((resident) => kind.conflicts.includes(resident));
      if (isRefused) continue;
      const roomy = machine.devices.flatMap((left, device) =>
        left >= kind.gpuMilli && machine.memories[device]! >= memory.gpuMemoryBytes ? [device] : [],
      );
      for (const devices of subsets(roomy, kind.gpus)) {
        for (const device of devices) {
          machine.devices[device]! -= kind.gpuMilli;
          machine.memories[device]! -= memory.gpuMemoryBytes;
        }
        machine.cpuMilli -= kind.cpuMilli;
        machine.ramBytes -= memory.ramBytes;
        machine.residents.push(all[index]!);
        next(index + 1, gpuMilli + kind.gpus * kind.gpuMilli, placed + 1);
        machine.residents.pop();
        machine.ramBytes += memory.ramBytes;
        machine.cpuMilli += kind.cpuMilli;
        for (const device of devices) {
          machine.devices[device]! += kind.gpuMilli;
          machine.memories[device]! += memory.gpuMemoryBytes;
        }
      }
    }
  };
  next(0, 0, 0);
  return most;
}

function subsets(all: readonly number[], size: number): number[][] {
  if (size === 0) return [[]];
  return all.flatMap((one, index) => subsets(all.slice(index + 1), size - 1).map((rest) => [one, ...rest]));
}
