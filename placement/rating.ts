import { compare } from "./compare";
import type { Offer } from "./offer";
import type { Candidate, ScorePart } from "./plan";

/** A node that fits, with its score. */
export interface Rating {
  offer: Offer;
  parts: ScorePart[];
  score: number;
  /** What the plan keeps of it where it is not chosen, by what decided against it. */
  candidates: Map<Tie | undefined, Candidate>;
}

type Tie = NonNullable<Candidate["decidedBy"]>;

/** What decides between equal scores, in this order. Negative: `a` is better. */
const tieBreaks: { name: Tie; compare(a: Rating, b: Rating): number }[] = [
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
  for (const tie of tieBreaks) {
    const order = tie.compare(a, b);
    if (order !== 0) return order;
  }
  return 0;
}

/** The ratings of the nodes that were not chosen, as the plan keeps them: one object for all to whom it says the same. */
export function candidatesBeside(best: Rating, ratings: readonly Rating[]): Candidate[] {
  const others: Candidate[] = [];
  for (const rating of ratings) {
    if (rating === best) continue;
    const decidedBy = rating.score === best.score ? tieBetween(best, rating) : undefined;
    others.push(rating.candidates.get(decidedBy) ?? candidateOf(rating, decidedBy));
  }
  return others;
}

function candidateOf(rating: Rating, decidedBy: Tie | undefined): Candidate {
  const { score, parts, candidates } = rating;
  const candidate = { node: nodeOf(rating).name, score, parts, ...(decidedBy && { decidedBy }) };
  candidates.set(decidedBy, candidate);
  return candidate;
}

/** What made the first one the better of two with the same score. */
function tieBetween(better: Rating, other: Rating): Tie | undefined {
  for (const { name, compare } of tieBreaks) {
    const order = compare(better, other);
    if (order !== 0) return order < 0 ? name : undefined;
  }
  return undefined;
}

function nodeOf({ offer }: Rating) {
  return offer.load.node;
}

function pointsOf({ parts }: Rating, wanted: ScorePart["name"]): number {
  for (const { name, points } of parts) if (name === wanted) return points;
  return 0;
}
