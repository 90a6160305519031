import type { Offer } from "./offer";
import type { ScorePart } from "./plan";

/** A wish, worth 0 to `max` points. Every score speaks about every node; the maxima add up to 100. */
export interface Score {
  name: ScorePart["name"];
  max: number;
  rate(offer: Offer): number;
}

/** A node is used best when the instance takes 30 to 70 % of what is free: less wastes it, more leaves no air. */
const ram = {
  name: "ram",
  max: 30,
  rate({ takes, load }) {
    const share = takes.ramBytes / load.freeBytes;
    if (share < 0.3) return 20;
    return share <= 0.7 ? 30 : 10;
  },
} satisfies Score;

const load = {
  name: "load",
  max: 20,
  rate: ({ load: { occupied, node } }) => 20 * (1 - occupied / node.maxInstances),
} satisfies Score;

/** A GPU for those who want one, and GPU nodes kept free of those who do not. */
const gpu = {
  name: "gpu",
  max: 15,
  rate({ request, takes, load: { node } }) {
    if (takes.onGpu) return 15;
    return request.instance.gpu === "none" && !node.gpu ? 5 : 0;
  },
} satisfies Score;

const affinity = {
  name: "affinity",
  max: 25,
  rate: ({ request: { affinity: liked }, load: { residents } }) =>
    liked.size === 0 ? 0 : Math.min(25, 10 * residents.filter(({ id }) => liked.has(id)).length),
} satisfies Score;

const preferred = {
  name: "preferred",
  max: 10,
  rate: ({ request, load: { node } }) => (request.instance.preferredNode === node.name ? 10 : 0),
} satisfies Score;

export const scores: readonly Score[] = [ram, load, gpu, affinity, preferred];
