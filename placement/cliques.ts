import type { Kind } from "./kinds";

/** Groups of kinds of which only one may be on a node, so that each pair that must not meet is in one of them. */
export function cliques(kinds: readonly Kind[]): Kind[][] {
  const covered = new Map<Kind, Set<Kind>>(kinds.map((kind) => [kind, new Set()]));
  const found: Kind[][] = [];
  for (const [index, first] of kinds.entries()) {
    for (const second of kinds.slice(index + 1)) {
      if (!first.conflicts.has(second) || covered.get(first)!.has(second)) continue;
      const clique = [first, second];
      for (const other of kinds)
        if (!clique.includes(other) && clique.every((member) => other.conflicts.has(member)))
          clique.push(other);
      for (const a of clique) for (const b of clique) covered.get(a)!.add(b);
      found.push(clique);
    }
  }
  return found;
}
