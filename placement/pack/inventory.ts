import { costsNoGpu, gpuAskOf } from "../devices";
import type { Judge } from "../judge";
import type { Load, Takes } from "../load";
import { portUse } from "../ports";
import type { Request } from "../requests";
import { bitsOf, type Kind, type Machine } from "./kind";

/** The nodes and instances of a plan in the words of a packing. */
export interface Inventory {
  machines: readonly Machine[];
  /** Those who prefer a GPU are two kinds: with one, and without. */
  kinds: readonly Kind[];
  /** By kind: who is of it, in the order of the requests. */
  members: readonly (readonly Request[])[];
  /** By id: the kinds of which it may be. */
  kindsOf: ReadonlyMap<string, readonly number[]>;
  /** By kind and machine: whether it would run on the GPU there. */
  onGpu: readonly (readonly boolean[])[];
}

/**
 * Where an instance may go is what the filters say of the node without anything of this stack: there is one source of
 * truth. Each node is a group of its own.
 */
export function inventoryOf(
  requests: readonly Request[],
  empty: readonly Load[],
  judge: Judge,
  stayers: ReadonlySet<string>,
): Inventory {
  const forms = formsOf(requests, stayers);
  const kindsOf = new Map<string, number[]>();
  for (const [kind, { members }] of forms.entries())
    for (const { instance } of members) kindsOf.set(instance.id, [...(kindsOf.get(instance.id) ?? []), kind]);
  const offers = forms.map((form) => empty.map((load) => offerOn(load, form, judge, stayers)));
  return {
    members: forms.map(({ members }) => members),
    kindsOf,
    machines: empty.map((load, group) => ({
      cpuMilli: Math.max(0, load.cpuFreeMilli),
      ramBytes: Math.min(load.freeBytes, load.headroomFreeBytes),
      gpus: load.devices.count,
      gpuFree: load.devices.milli.map((milli) => Math.max(0, milli)),
      gpuMemoryFree: load.devices.bytes.map((bytes) => Math.max(0, bytes)),
      slots: Math.max(0, load.node.maxInstances - load.occupied),
      group,
    })),
    kinds: forms.map((form, kind) => {
      const { instance, conflicts } = form.members[0]!;
      return {
        cpuMilli: offers[kind]!.find((offer) => offer)?.cpuMilli ?? 0,
        ...gpusOf(form),
        slotless: instance.slots === 0,
        takes: offers[kind]!.map(
          (offer) => offer && { ramBytes: offer.ramBytes, gpuMemoryBytes: offer.ask?.bytes ?? 0 },
        ),
        conflicts: [...new Set([...conflicts].flatMap((id) => kindsOf.get(id) ?? []))],
        ...(form.without !== undefined && { without: form.without }),
        ...(stayers.has(instance.id) && { home: homeOf(form, empty) }),
      };
    }),
    onGpu: offers.map((row) => row.map((offer) => offer?.onGpu ?? false)),
  };
}

/** Requests that nothing tells apart, and whether they are on a GPU. */
interface Form {
  members: readonly Request[];
  /** Undefined: wherever there is one. */
  onGpu?: boolean;
  /** Which form has the same without a GPU. */
  without?: number;
}

function formsOf(requests: readonly Request[], stayers: ReadonlySet<string>): Form[] {
  const isFree = !requests.some(({ instance }) => instance.gpus > 0);
  const groups = groupsOf(requests, stayers);
  const without: Form[] = [];
  const forms = groups.map((members): Form => {
    const { instance } = members[0]!;
    // On a GPU that costs nothing there is no reason to stay off it.
    if (instance.gpu !== "preferred" || (isFree && costsNoGpu(instance))) return { members };
    const index = groups.length + without.length;
    without.push({ members, onGpu: false });
    return { members, onGpu: true, without: index };
  });
  return [...forms, ...without];
}

function homeOf({ members: [first], onGpu }: Form, empty: readonly Load[]): NonNullable<Kind["home"]> {
  const { instance, was, wasGpuDevices = [] } = first!;
  const isKept = onGpu !== false && wasGpuDevices.length === gpuAskOf(instance).devices;
  return {
    machine: empty.findIndex(({ node }) => node.name === was),
    devices: isKept ? bitsOf(wasGpuDevices) : 0,
  };
}

function gpusOf({ members, onGpu }: Form): Pick<Kind, "gpus" | "gpuMilli"> {
  const { instance } = members[0]!;
  if (!onGpu && instance.gpu !== "required") return { gpus: 0, gpuMilli: 0 };
  const { devices, milli } = gpuAskOf(instance);
  return { gpus: devices, gpuMilli: milli };
}

function offerOn(
  load: Load,
  { members, onGpu }: Form,
  judge: Judge,
  stayers: ReadonlySet<string>,
): Takes | undefined {
  const request = members[0]!;
  const { instance, was, wasOnGpu } = request;
  if (onGpu && !load.node.gpu) return undefined;
  // Whoever stays is not started anew for a GPU that has become free.
  if (onGpu && wasOnGpu === false && was === load.node.name && stayers.has(instance.id)) return undefined;
  const takes = load.takesOf(instance, onGpu);
  return judge.refuse({ request, load, takes }) ? undefined : takes;
}

/** Those whom nothing tells apart, in the order of the first of them. */
function groupsOf(requests: readonly Request[], stayers: ReadonlySet<string>): Request[][] {
  // Two that are at odds with the same others are alike, be they at odds with each other or not.
  const closed = (request: Request) => [...request.conflicts, request.instance.id].sort().join();
  const twins = new Map<string, number>();
  for (const request of requests) twins.set(closed(request), (twins.get(closed(request)) ?? 0) + 1);
  // Whom others like is like nobody else: it matters who of its equals is where.
  const liked = new Set(requests.flatMap(({ affinity }) => [...affinity]));
  const kinds = new Map<string, Request[]>();
  for (const request of requests) {
    const { instance, pinnedTo, heldTo, port, was, wasOnGpu, wasGpuDevices, affinity, conflicts } = request;
    const atOdds = twins.get(closed(request))! > 1 ? closed(request) : [...conflicts].sort().join();
    const key = JSON.stringify([
      [instance.ramBytes, instance.gpu, instance.gpuMemoryBytes, instance.preferredNode],
      [instance.cpuCores, instance.gpus, instance.gpuModel, instance.slots],
      [instance.launcher, instance.boundTo],
      [pinnedTo, heldTo, was, stayers.has(instance.id), wasOnGpu, wasGpuDevices],
      port === undefined && portUse(instance),
      [...affinity].sort(),
      liked.has(instance.id) && instance.id,
      atOdds,
    ]);
    const kind = kinds.get(key);
    if (kind) kind.push(request);
    else kinds.set(key, [request]);
  }
  return [...kinds.values()];
}
