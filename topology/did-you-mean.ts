import { closest } from "./closest";

const listed = 30;
const searched = 500;

/** The end of a sentence about an unknown name: the one that was meant, else all that are known. */
export function didYouMean(got: string, known: readonly string[]): string {
  const meant = known.length <= searched ? closest(got, known) : undefined;
  if (meant !== undefined) return `, did you mean "${meant}"?`;
  const names = [...new Set(known)];
  const more = names.length > listed ? ` and ${names.length - listed} more` : "";
  return `; known: ${names.slice(0, listed).join(", ")}${more}`;
}
