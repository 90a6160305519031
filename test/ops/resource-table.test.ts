import { expect, it } from "vitest";
import type { FactsAnswer, Gpu } from "../../ops/ask-facts";
import { resourceTable } from "../../ops/resource-table";

const answer = (facts: Partial<FactsAnswer["facts"]>, used: number, gpus: Gpu[] = []): FactsAnswer => ({
  facts: {
    ram_bytes: 64e9,
    mem_available_bytes: 32e9,
    disk_bytes: 1e12,
    disk_free_bytes: 1e11,
    cpu_cores: 12,
    load_1m: 3,
    temperature_c: null,
    ...facts,
  },
  gpus,
  notes: [],
  holdings: [
    { stack: "s", instance: "a", memory_bytes: 1, gpu_memory_bytes: 0, port: null, used_bytes: used },
    { stack: "s", instance: "b", memory_bytes: 1, gpu_memory_bytes: 0, port: null, used_bytes: null },
  ],
  unwell: [],
});
const gpu = (fields: Partial<Gpu>): Gpu => ({
  index: 0,
  name: "NVIDIA A6000",
  busy_percent: 41.4,
  memory_used_bytes: 12e9,
  memory_bytes: 48e9,
  ...fields,
});
const untold = { memory_used_bytes: null, memory_bytes: null };

it("draws what is in use, by whom, and what a machine does not tell", () => {
  const nodes = new Map<string, FactsAnswer | { problem: string }>([
    ["jetson", answer({}, 16e9, [gpu({ ...untold, name: "Tegra", busy_percent: 42.5 })])],
    ["gb10", answer({ load_1m: 30 }, 0, [gpu({ ...untold, name: "NVIDIA GB10", busy_percent: null })])],
    [
      "host",
      answer({ cpu_cores: 1, mem_available_bytes: 0 }, 80e9, [gpu({}), gpu({ index: 1, busy_percent: 0 })]),
    ],
    ["rpi1", { problem: "berth: CannotConnect: rpi1: no route to host; see whether it is switched on" }],
  ]);
  expect(resourceTable(nodes)).toBe(`\
jetson  memory  █████▒▒▒▒▒··········  32.0 of 64.0 GB, 16.0 by Berth
        CPU     ▒▒▒▒▒···············  load 3.0 of 12 cores
        GPU     ▒▒▒▒▒▒▒▒▒···········  its memory is the RAM, 43 % busy (Tegra)
gb10    memory  ▒▒▒▒▒▒▒▒▒▒··········  32.0 of 64.0 GB, 0.0 by Berth
        CPU     ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒  load 30.0 of 12 cores
        GPU     ····················  its memory is the RAM, how busy it is, it does not tell (NVIDIA GB10)
host    memory  ████████████████████  64.0 of 64.0 GB, 80.0 by Berth
        CPU     ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒  load 3.0 of 1 core
        GPU 0   ▒▒▒▒▒···············  12.0 of 48.0 GB, 41 % busy (NVIDIA A6000)
        GPU 1   ▒▒▒▒▒···············  12.0 of 48.0 GB, 0 % busy (NVIDIA A6000)
rpi1    berth: CannotConnect: rpi1: no route to host; see whether it is switched on`);
});
