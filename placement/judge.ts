import type { Filter } from "./filter";
import type { Offer } from "./offer";
import type { Rejection, ScorePart } from "./plan";
import type { Rating } from "./rating";
import type { Score } from "./scores";

/** The one source of truth about an offer: whether the node fits, and how well. */
export interface Judge {
  refuse(offer: Offer): Rejection | undefined;
  rate(offer: Offer): Rating;
}

export function judgeBy(filters: readonly Filter[], scores: readonly Score[]): Judge {
  const partOf = scoreParts();
  return {
    refuse(offer) {
      let full: Rejection | undefined;
      for (const { token, refuse } of filters) {
        const refusal = refuse(offer);
        if (!refusal) continue;
        const rejection = { node: offer.load.node.name, token, ...refusal };
        if (refusal.kind === "rule") return rejection;
        full ??= rejection;
      }
      return full;
    },
    rate(offer) {
      // Hundredths, so that a tie is a tie whatever the order of the sum.
      const parts = scores.map((score) => partOf(score, hundredths(score.rate(offer))));
      const score = hundredths(parts.reduce((sum, { points }) => sum + points, 0));
      return { offer, parts, score, candidates: new Map() };
    },
  };
}

/** Equal parts are one object: a large plan holds half a million of them. */
function scoreParts(): (score: Score, points: number) => ScorePart {
  const known = new Map<string, Map<number, ScorePart>>();
  return ({ name, max }, points) => {
    const ofName = known.get(name) ?? known.set(name, new Map()).get(name)!;
    return ofName.get(points) ?? ofName.set(points, { name, points, max }).get(points)!;
  };
}

function hundredths(points: number): number {
  return Math.round(points * 100) / 100;
}
