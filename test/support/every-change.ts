import type { Resource } from "../../policies/rule";

/** How the engine tells a pack that a text is not known yet; the SDK does not export it. */
export const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The resources once for each value in them, maps and lists too, with this one replaced; `undefined` takes it away. */
export function everyChange(resources: readonly Resource[], replacement: unknown): Resource[][] {
  return resources.flatMap(({ props }, index) =>
    pathsOf(props).map((path) =>
      resources.map((resource, at) =>
        at === index
          ? { ...resource, props: changed(props, path, replacement) as Resource["props"] }
          : resource,
      ),
    ),
  );
}

/** The paths of everything inside, maps and lists too. */
function pathsOf(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...pathsOf(inner).map((path) => [key, ...path]),
  ]);
}

function changed(value: unknown, [key, ...rest]: string[], replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = changed(copy[key], rest, replacement);
  return copy;
}
