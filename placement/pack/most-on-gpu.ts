import type { Takes } from "../load";
import type { Problem, Room } from "../problem";

const measures: readonly { of(takes: Takes): number; in(room: Room): number }[] = [
  { of: ({ ask }) => (ask ? ask.devices * ask.milli : 0), in: ({ gpuMilli }) => gpuMilli },
  { of: ({ gpuMemoryBytes }) => gpuMemoryBytes, in: ({ gpuMemoryBytes }) => gpuMemoryBytes },
  { of: ({ slots }) => slots, in: ({ slots }) => slots },
];

/** How many can have a GPU at most, by adding up what those take who need one and then the least of the others. */
export function mostOnGpu({ demands, rooms }: Problem): number {
  const there = new Set<string>();
  const wishes = demands.flatMap(({ options }) => {
    const onGpu = options.filter(({ takes }) => takes.onGpu);
    for (const { node } of onGpu) there.add(node);
    return onGpu.length > 0 ? [{ onGpu, isNeeded: onGpu.length === options.length }] : [];
  });
  const usable = rooms.filter(({ node }) => there.has(node));
  return Math.min(
    ...measures.map((measure) => {
      const sizes = wishes
        .map(({ onGpu, isNeeded }) => ({
          isNeeded,
          size: Math.min(...onGpu.map(({ takes }) => measure.of(takes))),
        }))
        .sort((a, b) => Number(b.isNeeded) - Number(a.isNeeded) || a.size - b.size);
      let left = usable.reduce((sum, room) => sum + Math.max(0, measure.in(room)), 0);
      let most = 0;
      for (const { size } of sizes) {
        left -= size;
        if (left < 0) break;
        most++;
      }
      return most;
    }),
  );
}
