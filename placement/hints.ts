import type { Instance } from "../topology/instance";
import type { PreviousPlacement } from "../topology/observed";
import { compare } from "./compare";

/** An instance's own wishes as one line: GPU, preferred node, affinity, anti-affinity. Ordinals that follow each other are `w-0:7`. */
export function hintsOf({ gpu, preferredNode = "", affinity, antiAffinity }: Instance): string {
  return [gpu, preferredNode, ranges(affinity), ranges(antiAffinity)].join("|");
}

/**
 * Whether a wish of the instance's own is another one than last time. An instance that comes or goes, such as an
 * ordinal of a group, changes nobody else's wishes: only ids that were there and still are count.
 */
export function hintsChanged(
  instance: Instance,
  previous: Readonly<Record<string, PreviousPlacement>>,
  ids: ReadonlySet<string>,
): boolean {
  const before = previous[instance.id]?.hints;
  const now = hintsOf(instance);
  if (before === undefined || before === now) return false;
  const lasting = (hints: string) => {
    const [gpu, preferredNode, ...lists] = hints.split("|");
    const known = lists.map((list) =>
      members(list).filter((id) => ids.has(id) && Object.hasOwn(previous, id)),
    );
    return JSON.stringify([gpu, preferredNode, ...known.map((list) => list.sort(compare))]);
  };
  return lasting(before) !== lasting(now);
}

function ranges(ids: readonly string[]): string {
  const parts = ids.map((id) => {
    const [, group = id, ordinal] = /^(.*)-(0|[1-9]\d{0,8})$/.exec(id) ?? [];
    return { group, first: ordinal === undefined ? undefined : Number(ordinal), last: Number(ordinal) };
  });
  parts.sort((a, b) => compare(a.group, b.group) || (a.first ?? -1) - (b.first ?? -1));
  const merged: typeof parts = [];
  for (const part of parts) {
    const before = merged.at(-1);
    if (before && part.first !== undefined && before.group === part.group && before.last + 1 === part.first)
      before.last = part.last;
    else merged.push(part);
  }
  return merged.map(spoken).join(",");
}

function spoken({ group, first, last }: { group: string; first: number | undefined; last: number }): string {
  if (first === undefined) return group;
  return first === last ? `${group}-${first}` : `${group}-${first}:${last}`;
}

function members(list: string): string[] {
  if (list === "") return [];
  return list.split(",").flatMap((entry) => {
    const [, group, first, last] = /^(.*)-(\d+):(\d+)$/.exec(entry) ?? [];
    if (group === undefined) return [entry];
    const start = Number(first);
    return Array.from({ length: Number(last) - start + 1 }, (_, index) => `${group}-${start + index}`);
  });
}
