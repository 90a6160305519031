import { exampleRayClusterObject } from "./example";
import { podTypes } from "./kubernetes-types";
import { podSpecs } from "./pod-specs";
import type { ResourceRule } from "./rule";
import type { Untyped, Values } from "./values";

export const requireContainerMemoryLimits: ResourceRule = {
  name: "require-container-memory-limits",
  description: "Every container has a limit of memory, and as much is kept for it as it may take.",
  why: "Without a limit one program takes the whole machine; with a request below it the scheduler puts more there than there is.",
  types: podTypes,
  check(values, _, type) {
    return podSpecs(values, type).flatMap(({ who, spec }) =>
      [
        ...(spec.has("initContainers") ? spec.list("initContainers") : []),
        ...spec.list("containers"),
      ].flatMap((container) =>
        mistake(container).map((text) => `${who}: container ${container.text("name")}: ${text}`),
      ),
    );
  },
  broken: { resources: [exampleRayClusterObject({ resources: { requests: { memory: "8G" } } })] },
};

function mistake(container: Values<Untyped>): string[] {
  const limit = memoryOf(container, "limits");
  const request = memoryOf(container, "requests");
  if (limit === undefined)
    return ["no limit of memory; write resources.limits.memory, and the same in resources.requests"];
  // Without a request the limit is taken for it.
  if (request === undefined || request === limit) return [];
  return [`${request} of memory are kept for it, and it may take ${limit}; write the same for both`];
}

function memoryOf(container: Values<Untyped>, kind: "limits" | "requests"): string | undefined {
  const resources = container.has("resources") ? container.in("resources") : undefined;
  const amounts = resources?.has(kind) ? resources.in(kind) : undefined;
  return amounts?.has("memory") ? amounts.text("memory") : undefined;
}
