import { costsNoGpu, gpuAskOf } from "../devices";
import type { Judge } from "../judge";
import type { Load, Takes } from "../load";
import { portUse } from "../ports";
import type { Request } from "../requests";
import type { Kind, Machine } from "./kind";

/** The nodes and instances of a plan in the words of a packing. */
export interface Inventory {
  machines: readonly Machine[];
  kinds: readonly Kind[];
  /** By kind: who is of it, in the order of the requests. */
  members: readonly (readonly Request[])[];
  /** By kind: the machine where it runs and may stay, -1 for none. */
  home: readonly number[];
  /** By kind and machine: whether it would run on the GPU there. */
  onGpu: readonly (readonly boolean[])[];
}

/**
 * Where an instance may go is what the filters say of the node without anything of this stack: there is one source of
 * truth. Each node is a group of its own.
 * @param onCpu ids that prefer a GPU and are to do without
 */
export function inventoryOf(
  requests: readonly Request[],
  empty: readonly Load[],
  judge: Judge,
  stayers: ReadonlySet<string>,
  onCpu: ReadonlySet<string>,
): Inventory {
  const members = kindsOf(requests, stayers, onCpu);
  // A single GPU that is shared as far as memory goes needs no look at its devices.
  const isShared =
    requests.some(({ instance }) => instance.gpus > 0) || empty.some(({ node }) => node.gpus > 1);
  const kindOf = new Map(members.flatMap((all, kind) => all.map(({ instance }) => [instance.id, kind])));
  const offers = members.map(([first]) =>
    empty.map((load) => offerOn(load, first!, judge, onCpu.has(first!.instance.id))),
  );
  return {
    members,
    machines: empty.map((load, group) => ({
      cpuMilli: Math.max(0, load.cpuFreeMilli),
      ramBytes: Math.min(load.freeBytes, load.headroomFreeBytes),
      gpuMemoryBytes: load.devices.bytes.reduce((sum, bytes) => sum + Math.max(0, bytes), 0),
      gpus: isShared ? load.devices.count : 0,
      ...(isShared && { gpuFree: load.devices.milli.map((milli) => Math.max(0, milli)) }),
      slots: load.node.maxInstances - load.occupied,
      group,
    })),
    kinds: members.map(([first], kind) => ({
      cpuMilli: offers[kind]!.find((offer) => offer)?.cpuMilli ?? 0,
      ...(isShared && !onCpu.has(first!.instance.id) ? gpusOf(first!) : { gpus: 0, gpuMilli: 0 }),
      slotless: first!.instance.slots === 0,
      takes: offers[kind]!,
      conflicts: [...new Set([...first!.conflicts].flatMap((id) => kindOf.get(id) ?? []))],
    })),
    home: members.map(([first]) =>
      stayers.has(first!.instance.id) ? empty.findIndex(({ node }) => node.name === first!.was) : -1,
    ),
    onGpu: offers.map((row) => row.map((offer) => offer?.onGpu ?? false)),
  };
}

/** One that may be on a CPU elsewhere shares a GPU unseen: whether it fits, the plan shows. */
function gpusOf({ instance }: Request): Pick<Kind, "gpus" | "gpuMilli"> {
  const { devices, milli } = gpuAskOf(instance);
  const isSure = instance.gpu === "required" || (instance.gpu === "preferred" && instance.gpus > 0);
  return isSure ? { gpus: devices, gpuMilli: milli } : { gpus: 0, gpuMilli: 0 };
}

function offerOn(load: Load, request: Request, judge: Judge, onCpu: boolean): Takes | undefined {
  const { instance } = request;
  // On a GPU that costs nothing there is no reason to stay off it.
  const isOpen = instance.gpu !== "preferred" || costsNoGpu(instance);
  const modes = isOpen ? [undefined] : onCpu ? [false] : instance.gpus > 0 ? [true] : [true, false];
  for (const choice of modes) {
    const takes = load.takesOf(request.instance, choice);
    if (!judge.refuse({ request, load, takes })) return takes;
  }
  return undefined;
}

/** Those whom nothing tells apart, in the order of the first of them. */
function kindsOf(
  requests: readonly Request[],
  stayers: ReadonlySet<string>,
  onCpu: ReadonlySet<string>,
): Request[][] {
  // Two that are at odds with the same others are alike, be they at odds with each other or not.
  const closed = (request: Request) => [...request.conflicts, request.instance.id].sort().join();
  const twins = new Map<string, number>();
  for (const request of requests) twins.set(closed(request), (twins.get(closed(request)) ?? 0) + 1);
  const kinds = new Map<string, Request[]>();
  for (const request of requests) {
    const { instance, pinnedTo, heldTo, port, was, affinity, conflicts } = request;
    const atOdds = twins.get(closed(request))! > 1 ? closed(request) : [...conflicts].sort().join();
    const key = JSON.stringify([
      [instance.ramBytes, instance.gpu, instance.gpuMemoryBytes, instance.preferredNode],
      [instance.cpuCores, instance.gpus, instance.gpuModel, instance.slots],
      [instance.launcher, instance.boundTo],
      [pinnedTo, heldTo, was, stayers.has(instance.id), onCpu.has(instance.id)],
      port === undefined && portUse(instance),
      [...affinity].sort(),
      atOdds,
    ]);
    const kind = kinds.get(key);
    if (kind) kind.push(request);
    else kinds.set(key, [request]);
  }
  return [...kinds.values()];
}
