import type { z } from "zod";
import { fraction, section } from "./fields";

/** Shares of RAM to leave free: less than `require` is refused, less than `advise` is only reported. */
export interface MemoryHeadroom {
  require: number;
  advise: number;
}

/** Each part may be left out: a node then takes them from its cluster, the cluster from the defaults. */
export const memoryHeadroomSchema = section("a map with require, advise and floor", {
  require: fraction(0.9).optional().meta({
    description: "Share of RAM that must stay free: an instance that would need it is refused",
    absent: "as in the cluster, there `0.15`",
    example: 0.1,
  }),
  advise: fraction(0.9).optional().meta({
    description: "Share of RAM that should stay free: less is only reported",
    absent: "as in the cluster, there `0.2`",
    example: 0.25,
  }),
  floor: fraction(0.9).optional().meta({
    description:
      "Share of the machine's real RAM: when less is available, whatever took it, the node ends instances, one at a time: first who holds more than its own, then the youngest; `0` is never",
    absent: "as in the cluster, there a third of `require`",
    example: 0.03,
  }),
});

export type WrittenHeadroom = z.output<typeof memoryHeadroomSchema>;

export function toHeadroom(
  written: WrittenHeadroom,
  fallback: MemoryHeadroom = { require: 0.15, advise: 0.2 },
): MemoryHeadroom {
  return { require: written.require ?? fallback.require, advise: written.advise ?? fallback.advise };
}

export function toFloor(written: WrittenHeadroom, cluster: WrittenHeadroom): number {
  const { require } = toHeadroom(written, toHeadroom(cluster));
  return written.floor ?? cluster.floor ?? Math.round((require / 3) * 1e4) / 1e4;
}
