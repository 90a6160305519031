import { RayClusterObject } from "./kubernetes-types";
import type { Untyped, Values } from "./values";

/** What pods are made of, and what messages call them. */
export interface PodSpec {
  readonly who: string;
  readonly spec: Values<Untyped>;
}

/** The pods that an object of one of `podTypes` stands for. */
export function podSpecs(values: Values<Untyped>, type: string): PodSpec[] {
  const name = values.in("metadata").text("name");
  const spec = values.in("spec");
  if (type !== RayClusterObject)
    return [{ who: name, spec: spec.has("template") ? spec.in("template").in("spec") : spec }];
  const groups = spec.has("workerGroupSpecs") ? spec.list("workerGroupSpecs") : [];
  return [
    { who: `${name}: head`, spec: spec.in("headGroupSpec").in("template").in("spec") },
    ...groups.map((group) => ({
      who: `${name}: group ${group.text("groupName")}`,
      spec: group.in("template").in("spec"),
    })),
  ];
}
