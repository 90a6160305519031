import { showGb } from "../topology/units";
import { KubeRayMember, RayHead, RayWorker } from "./component-types";
import { exampleRayMember } from "./example";
import type { ResourceRule } from "./rule";

// Ray refuses a smaller store; and what its own processes were measured to take, idle.
const smallestStore = 75 * 2 ** 20;
const ownBytes: Readonly<Record<string, number>> = { head: 0.8e9, worker: 0.45e9 };

export const requireRayObjectStoreSize: ResourceRule = {
  name: "require-ray-object-store-size",
  description:
    "A member of a Ray cluster takes what its heap, its object store and Ray itself need together, and has a store.",
  why: "The object store is RAM: where it is forgotten Ray takes 30 % of the machine, or the member is ended at work.",
  types: [RayHead, RayWorker, KubeRayMember],
  check(values) {
    const [id, ray] = [values.text("instance"), values.in("ray")];
    const [heap, store] = [ray.number("heapBytes"), ray.number("objectStoreBytes")];
    const own = ownBytes[ray.text("role")] ?? ownBytes.head!;
    const needed = heap + store + own;
    const given = values.in("takes").number("ramBytes");
    const parts = `heap ${showGb(heap)} + object store ${showGb(store)} + Ray itself ${showGb(own)}`;
    return [
      ...(store < smallestStore
        ? [
            `${id}: an object store of ${showGb(store)}; Ray needs ${showGb(smallestStore, Math.ceil)} at least`,
          ]
        : []),
      ...(given < needed
        ? [
            `${id}: takes ${showGb(given, Math.floor)}, but ${parts} are ${showGb(needed, Math.ceil)}; give it that, or lower heap_gb`,
          ]
        : []),
    ];
  },
  broken: { resources: [exampleRayMember({ takes: { ramBytes: 1.2e9, gpuMemoryBytes: 0 } })] },
};
