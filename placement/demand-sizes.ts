import type { Problem } from "./problem";

/** How much of an average room each demand takes, in millionths: RAM, GPU memory, cores, GPUs and a slot added up. */
export function sizesOf({ demands, rooms }: Problem): Int32Array {
  const sum = (numbers: readonly number[]) =>
    numbers.reduce((total, number) => total + Math.max(0, number), 0);
  const ram = sum(rooms.map(({ ramBytes }) => ramBytes)) || 1;
  const gpu = sum(rooms.map(({ gpuMemoryBytes }) => gpuMemoryBytes)) || 1;
  const slots = sum(rooms.map(({ slots }) => slots)) || 1;
  const shares = sum(rooms.map(({ gpuMilli }) => gpuMilli)) || 1;
  const cpu = sum(rooms.map(({ cpuMilli }) => cpuMilli)) || 1;
  return Int32Array.from(demands, ({ options }) => {
    const least = (of: (option: (typeof options)[number]) => number) => Math.min(...options.map(of));
    if (options.length === 0) return 1;
    const share =
      least(({ takes }) => takes.ramBytes) / ram +
      least(({ takes }) => takes.gpuMemoryBytes) / gpu +
      least(({ takes }) => takes.cpuMilli) / cpu +
      least(({ takes: { ask } }) => (ask && ask.milli > 1 ? ask.devices * ask.milli : 0)) / shares +
      0.2 / slots;
    return Math.max(1, Math.round(1e6 * share * rooms.length));
  });
}
