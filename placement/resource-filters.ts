import { showGb, showGib } from "../topology/units";
import { whole } from "./devices";
import type { Filter } from "./filter";
import type { Load } from "./load";
import type { Offer } from "./offer";
import { cores, gpus, ofOneGpu } from "./shares";

const noFreeSlot = {
  token: "NoFreeSlot",
  refuse({ takes, load }) {
    const { maxInstances } = load.node;
    if (takes.slots === 0 || load.occupied < maxInstances) return undefined;
    return {
      kind: "full",
      need: "1 slot",
      have: "0 slots",
      text: `max_instances is ${maxInstances}${heldBy(load)}`,
    };
  },
} satisfies Filter;

const insufficientCpu = {
  token: "InsufficientCpu",
  refuse({ takes: { cpuMilli }, load }) {
    if (cpuMilli <= Math.max(0, load.cpuFreeMilli)) return undefined;
    const isRule = cpuMilli > load.cpuRoomMilli;
    const amounts = {
      need: cores(cpuMilli),
      have: cores(Math.max(0, isRule ? load.cpuRoomMilli : load.cpuFreeMilli)),
    };
    return short(`needs ${amounts.need}`, amounts, isRule, load);
  },
} satisfies Filter;

const insufficientGpus = {
  token: "InsufficientGpus",
  refuse({ takes: { ask }, load }) {
    const { count, milli } = load.devices;
    if (!ask || count === 0) return undefined;
    const { deviceRoom } = load;
    if (milli.filter((left) => left >= ask.milli).length >= ask.devices) return undefined;
    const isRule = ask.devices > deviceRoom;
    const idle = milli.filter((left) => left === whole).length;
    const most = Math.max(0, ...milli);
    const amounts =
      ask.milli === whole
        ? { need: gpus(ask.devices), have: gpus(isRule ? deviceRoom : idle) }
        : { need: ofOneGpu(ask.milli), have: ofOneGpu(isRule ? 0 : most) };
    return short(`needs ${amounts.need}`, amounts, isRule, load);
  },
} satisfies Filter;

const insufficientGpuMemory = {
  token: "InsufficientGpuMemory",
  refuse({ request, takes: { ask }, load }) {
    const { devices, deviceRoomBytes } = load;
    if (!ask || devices.count === 0) return undefined;
    // Those that have the share; the memory of the least of them that it would need decides.
    const able = devices.bytes.filter((_, device) => devices.milli[device]! >= ask.milli);
    const free = able.sort((a, b) => b - a)[ask.devices - 1] ?? 0;
    const which =
      ask.devices > 1 ? ` on each of ${ask.devices} GPUs` : devices.count > 1 ? " on one GPU" : "";
    return tooLittle(`GPU memory${which}`, ask.bytes, free, deviceRoomBytes, { request, load });
  },
} satisfies Filter;

const insufficientRam = {
  token: "InsufficientRam",
  refuse({ request, takes, load }) {
    return tooLittle(memoryName(load), takes.ramBytes, load.freeBytes, load.roomBytes, { request, load });
  },
} satisfies Filter;

const insufficientHeadroom = {
  token: "InsufficientHeadroom",
  refuse({ request, takes, load }) {
    const share = Math.round(load.node.memoryHeadroom.require * 1000) / 10;
    const what = `${memoryName(load)} outside the ${share} % headroom`;
    return tooLittle(what, takes.ramBytes, load.headroomFreeBytes, load.headroomRoomBytes, { request, load });
  },
} satisfies Filter;

/** What a node has only so much of: slots, cores, GPUs and memory, the one that is named first before the others. */
export const resourceFilters: readonly Filter[] = [
  noFreeSlot,
  insufficientCpu,
  insufficientGpus,
  insufficientGpuMemory,
  insufficientRam,
  insufficientHeadroom,
];

/** @param room what the node has free while no instance is on it */
function tooLittle(
  what: string,
  needed: number,
  free: number,
  room: number,
  { request, load }: Pick<Offer, "request" | "load">,
) {
  // What others hold beyond the pool is nothing to those who ask for none of it.
  if (needed <= Math.max(0, free)) return undefined;
  const isRule = needed > room;
  const left = isRule ? room : free;
  // Rounded apart: a need that shows as what there is would explain nothing.
  const amounts = { need: showGb(needed, Math.ceil), have: showGb(left, Math.floor) };
  if (request.instance.launcher !== "kuberay")
    return short(`needs ${amounts.need} of ${what}`, amounts, isRule, load);
  // As Kubernetes' own tools show it.
  const [need, have] = [showGib(needed), showGib(left)];
  return short(`needs ${amounts.need} (${need}) of ${what}`, amounts, isRule, load, ` (${have})`);
}

function short(
  needs: string,
  amounts: { need: string; have: string },
  isRule: boolean,
  load: Load,
  also = "",
) {
  const text = isRule
    ? `${needs}, has ${amounts.have}${also} even when empty`
    : `${needs}, ${amounts.have}${also} left${heldBy(load)}`;
  return { kind: isRule ? ("rule" as const) : ("full" as const), ...amounts, text };
}

function memoryName({ node }: Load): string {
  return node.unifiedMemory ? "unified memory" : "RAM";
}

function heldBy({ residents, others }: Load): string {
  const holders = [
    ...residents.map(({ id }) => id),
    ...others.map(({ stack, instance }) => `${stack}/${instance}`),
  ];
  const shown = holders.slice(0, 3);
  const more = holders.length > shown.length ? ` and ${holders.length - shown.length} more` : "";
  return shown.length > 0 ? `, taken by ${shown.join(", ")}${more}` : "";
}
