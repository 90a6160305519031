import { Foresight } from "../../placement/pack/foresight";
import type { Kind } from "../../placement/pack/kind";
import { pack } from "../../placement/pack/pack";
import { Packing } from "../../placement/pack/packing";
import { bestFit } from "./best-fit";
import { fgd } from "./fgd";
import type { NewPolicy } from "./policy";
import { random } from "./random";
import type { Trace } from "./trace";

export interface Strategy {
  /** What it knows of the list: online comes one pod at a time. */
  sees: "online" | "batch";
  run(trace: Trace, pods: readonly number[], seed: number, rounds: number): Packing;
}

export const strategies: Readonly<Record<string, Strategy>> = {
  random: online(() => random),
  "best-fit": online(() => bestFit),
  fgd: online(() => fgd),
  "pack-online": online((rounds) => foresight(rounds)),
  pack: {
    sees: "batch",
    run: ({ kinds, machines }, pods, _seed, rounds) => pack(kinds, countOf(kinds, pods), machines, rounds),
  },
};

/** How many pods there are of each kind. */
export function countOf(kinds: readonly Kind[], pods: readonly number[]): number[] {
  const counts = kinds.map(() => 0);
  for (const kind of pods) counts[kind]!++;
  return counts;
}

function foresight(rounds: number): NewPolicy {
  return ({ kinds, machines }, usual) => {
    const house = new Foresight(kinds, machines, usual, rounds);
    return { choose: (kind) => house.place(kind), changed() {} };
  };
}

/** Pods come one by one; one that fits nowhere is dropped, and none leaves. How often kinds are asked for is known. */
function online(policyFor: (rounds: number) => NewPolicy): Strategy {
  return {
    sees: "online",
    run({ kinds, machines, pods: usual }, pods, seed, rounds) {
      const packing = new Packing(kinds, machines);
      const policy = policyFor(rounds)(packing, countOf(kinds, usual), seed);
      for (const kind of pods) {
        const place = policy.choose(kind);
        if (!place) continue;
        packing.put(kind, place.machine, place.devices);
        policy.changed(place.machine);
      }
      return packing;
    },
  };
}
