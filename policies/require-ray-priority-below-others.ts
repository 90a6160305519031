import { examplePriorityClass } from "./example";
import { PriorityClass, RayClusterObject } from "./kubernetes-types";
import { podSpecs } from "./pod-specs";
import type { ResourceRule } from "./rule";

export const requireRayPriorityBelowOthers: ResourceRule = {
  name: "require-ray-priority-below-others",
  description:
    "Pods of a Ray cluster have a PriorityClass, which is below that of everybody who has none, and push nobody out.",
  why: "A cluster that grows would end the model that is being served beside it.",
  types: [PriorityClass, RayClusterObject],
  check(values, _, type) {
    if (type === RayClusterObject)
      return podSpecs(values, type).flatMap(({ who, spec }) =>
        spec.has("priorityClassName") && spec.text("priorityClassName") !== ""
          ? []
          : [`${who}: has no priorityClassName; write that of a class below 0`],
      );
    const metadata = values.in("metadata");
    // Somebody else's class is for others.
    if (!metadata.has("labels") || !metadata.in("labels").has("berth.dev/cluster")) return [];
    const name = metadata.text("name");
    const value = values.integer("value");
    const policy = values.has("preemptionPolicy") ? values.text("preemptionPolicy") : "PreemptLowerPriority";
    return [
      ...(value < 0 ? [] : [`${name}: its value is ${value}; write one below 0`]),
      ...(policy === "Never" ? [] : [`${name}: preemptionPolicy is ${policy}; write Never`]),
    ];
  },
  broken: { resources: [examplePriorityClass({ preemptionPolicy: "PreemptLowerPriority" })] },
};
