import { expect, it } from "vitest";
import type { FactsAnswer, Gpu } from "../../../ops/node/ask-facts";
import { resourceTable } from "../../../ops/terminal/resource-table";

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

it("draws what pods ask for, by whom, beside what a machine tells over SSH", () => {
  const holder = (namespace: string, stack: string | null, gb: number, cpu_cores: number, gpus: number) => ({
    namespace,
    stack,
    pods: 1,
    memory_bytes: gb * 1e9,
    cpu_cores,
    gpus,
  });
  const kubernetes = {
    node: "hw-brain-01",
    allocatable: { memory_bytes: 128e9, cpu_cores: 20, gpus: 2 },
    requested: { memory_bytes: 64e9, cpu_cores: 10.5, gpus: 2 },
    memory_used_bytes: null,
    holders: [
      holder("cognition", "brain-node", 48, 8, 1),
      holder("inference", null, 16, 2, 1),
      holder("kube-system", null, 0, 0.5, 0),
    ],
  };
  const bare = { allocatable: { memory_bytes: 8e9, cpu_cores: 4, gpus: 0 }, holders: [] };
  const idle = { ...kubernetes, ...bare, requested: { memory_bytes: 0, cpu_cores: 0, gpus: 0 } };
  expect(
    resourceTable(
      new Map([
        ["brain", { kubernetes }],
        ["both", { ...answer({}, 16e9), kubernetes: { ...idle, memory_used_bytes: 2e9 } }],
        ["lost", { kubernetes: { problem: 'Kubernetes has no node "lost"' } }],
      ]),
    ),
  ).toBe(`\
brain  memory  ████████▒▒··········  pods ask for 64.0 of 128.0 GB, Berth's brain-node 48.0, inference 16.0
       CPU     ████████▒▒▒·········  pods ask for 10.5 of 20 cores, Berth's brain-node 8, inference 2, kube-system 0.5
       GPU     ██████████▒▒▒▒▒▒▒▒▒▒  pods ask for 2 of 2, Berth's brain-node 1, inference 1
both   memory  █████▒▒▒▒▒··········  32.0 of 64.0 GB, 16.0 by Berth
       CPU     ▒▒▒▒▒···············  load 3.0 of 12 cores
       memory  ····················  pods ask for 0.0 of 8.0 GB; 2.0 GB are in use
       CPU     ····················  pods ask for 0 of 4 cores
lost   Kubernetes has no node "lost"`);
});
