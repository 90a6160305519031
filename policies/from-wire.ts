/** Stands for a value that is not known before an update. */
export const unknown = Symbol("unknown");

// How the engine marks values; the SDK, which has the same numbers, takes half a second to load. A test compares them.
const signature = "4dabf18193072939515e22adb298388d";
const secret = "1b47061264138c4ac30d75fd1eb44270";
/** Of each kind of value one: truth, number, text, list, asset, archive, map. */
const unknowns: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** What the engine sent of a resource, as rules read it: secrets are plain, what is not known is `unknown`. */
export function fromWire(value: unknown): unknown {
  if (unknowns.has(value)) return unknown;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(fromWire);
  const map = value as Record<string, unknown>;
  if (map[signature] === secret) return fromWire(map.value);
  return Object.fromEntries(Object.entries(map).map(([key, inner]) => [key, fromWire(inner)]));
}
