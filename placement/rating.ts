import { compare } from "./compare";
import type { Offer } from "./offer";
import type { Candidate, ScorePart } from "./plan";

/** A node that fits, with its score. */
export interface Rating {
  offer: Offer;
  parts: ScorePart[];
  score: number;
}

/** What decides between equal scores, in this order. Negative: `a` is better. */
const tieBreaks: { name: NonNullable<Candidate["decidedBy"]>; compare(a: Rating, b: Rating): number }[] = [
  { name: "preferred node", compare: (a, b) => pointsOf(b, "preferred") - pointsOf(a, "preferred") },
  { name: "GPU part", compare: (a, b) => pointsOf(b, "gpu") - pointsOf(a, "gpu") },
  { name: "smaller node", compare: (a, b) => nodeOf(a).ramBytes - nodeOf(b).ramBytes },
  { name: "name", compare: (a, b) => compare(nodeOf(a).name, nodeOf(b).name) },
];

/** Sorts the best first. */
export function byRank(a: Rating, b: Rating): number {
  return b.score - a.score || byTie(a, b);
}

/** The order among equal scores. */
export function byTie(a: Rating, b: Rating): number {
  return tieBreaks.find((tie) => tie.compare(a, b) !== 0)?.compare(a, b) ?? 0;
}

/** The rating of a node that was not chosen, as the plan keeps it. */
export function candidateOf(rating: Rating, best: Rating): Candidate {
  const { score, parts } = rating;
  const isTied = score === best.score && byTie(best, rating) < 0;
  const tie = isTied && tieBreaks.find((tie) => tie.compare(best, rating) !== 0);
  return { node: nodeOf(rating).name, score, parts, ...(tie && { decidedBy: tie.name }) };
}

function nodeOf({ offer }: Rating) {
  return offer.load.node;
}

function pointsOf({ parts }: Rating, wanted: ScorePart["name"]): number {
  return parts.find(({ name }) => name === wanted)?.points ?? 0;
}
