import { portsPerMember } from "../topology/ray-ports";
import { showGb, showGib } from "../topology/units";
import { whole } from "./devices";
import type { Load } from "./load";
import type { Offer } from "./offer";
import type { Rejection } from "./plan";
import { portUse } from "./ports";
import { cores, gpus, ofOneGpu } from "./shares";
import type { Token } from "./token";

/** A hard constraint. Undefined means that the node fits. */
export interface Filter {
  token: Token;
  refuse(offer: Offer): Pick<Rejection, "kind" | "need" | "have" | "text"> | undefined;
}

const nodeGone = {
  token: "NodeGone",
  refuse({ load: { node, availability } }) {
    if (availability.status !== "GONE") return undefined;
    const text = `is gone; once it answers again:  ./berth back ${node.name}`;
    return { kind: "rule", need: "there", have: "gone", text };
  },
} satisfies Filter;

const nodeNotHealthy = {
  token: "NodeNotHealthy",
  refuse({ request: { was }, load: { node, availability } }) {
    const { keeps, reason } = availability;
    const isHere = was === node.name;
    if (availability.status === "HEALTHY" || (isHere && keeps)) return undefined;
    const status = availability.status.toLowerCase();
    const rule = isHere ? "gives up what it has" : "takes nothing new";
    const text = `status is ${status}${reason ? ` (${reason})` : ""}: ${rule}`;
    return { kind: "rule", need: "healthy", have: status, text };
  },
} satisfies Filter;

const wrongLauncher = {
  token: "WrongLauncher",
  refuse({ request: { instance }, load: { node } }) {
    const isPod = instance.launcher === "kuberay";
    const has = [node.connection && "SSH", node.kubernetesNode && "Kubernetes"].filter(Boolean).join(" and ");
    if (isPod ? node.kubernetesNode : node.connection) return undefined;
    const text = isPod
      ? "is a pod, and this is no node of Kubernetes"
      : "comes over SSH, and only Kubernetes reaches this node";
    return { kind: "rule", need: isPod ? "Kubernetes" : "SSH", have: has || "nothing", text };
  },
} satisfies Filter;

const pinnedElsewhere = {
  token: "PinnedElsewhere",
  refuse({ request: { pinnedTo }, load: { node } }) {
    if (pinnedTo === undefined || pinnedTo === node.name) return undefined;
    return {
      kind: "rule",
      need: pinnedTo,
      have: node.name,
      text: `the scenario's placement says ${pinnedTo}`,
    };
  },
} satisfies Filter;

const boundElsewhere = {
  token: "BoundElsewhere",
  refuse({ request: { instance }, load: { node } }) {
    const { boundTo, ray } = instance;
    if (boundTo === undefined || boundTo === node.name) return undefined;
    const text = `kubernetes.node of ${ray?.cluster ?? instance.id} says ${boundTo}`;
    return { kind: "rule", need: boundTo, have: node.name, text };
  },
} satisfies Filter;

const mayNotMove = {
  token: "MayNotMove",
  refuse({ request: { heldTo }, load: { node } }) {
    if (heldTo === undefined || heldTo === node.name) return undefined;
    return {
      kind: "rule",
      need: heldTo,
      have: node.name,
      text: `runs on ${heldTo}, and allow_moves is false`,
    };
  },
} satisfies Filter;

const noFreePort = {
  token: "NoFreePort",
  refuse({ request: { instance, port } }) {
    const use = portUse(instance);
    if (use === undefined || port !== undefined) return undefined;
    if (use === "ray") {
      const text = `no ${portsPerMember} ports in a row of the cluster's ray_port_range are left; other stacks hold the rest`;
      return { kind: "rule", need: `${portsPerMember} ports`, have: "0 ports", text };
    }
    const text = "no port of the cluster's peer_port_range is left; other stacks hold the rest";
    return { kind: "rule", need: "1 port", have: "0 ports", text };
  },
} satisfies Filter;

const noGpu = {
  token: "NoGpu",
  refuse({ request, load: { node } }) {
    if (request.instance.gpu !== "required" || node.gpu) return undefined;
    return { kind: "rule", need: "a GPU", have: "none", text: "needs a GPU, has none" };
  },
} satisfies Filter;

const wrongGpuModel = {
  token: "WrongGpuModel",
  refuse({ request: { instance }, takes, load }) {
    if (!takes.onGpu || !load.node.gpu || load.isRightModel(instance)) return undefined;
    const { gpuModel } = load.node;
    const has = gpuModel === undefined ? "says no gpu_model" : `has ${gpuModel}`;
    return {
      kind: "rule",
      need: instance.gpuModel!,
      have: gpuModel ?? "not declared",
      text: `needs a GPU of model ${instance.gpuModel}, ${has}`,
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

const antiAffinity = {
  token: "AntiAffinity",
  refuse({ request: { conflicts }, load }) {
    if (conflicts.size === 0) return undefined;
    const met = load.residents.find(({ id }) => conflicts.has(id));
    return (
      met && {
        kind: "rule",
        need: `not beside ${met.id}`,
        have: met.id,
        text: `must not be beside ${met.id}`,
      }
    );
  },
} satisfies Filter;

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

/** Every hard constraint. The first `rule` that refuses names the reason, else the first that is `full`. */
export const filters: readonly Filter[] = [
  nodeGone,
  nodeNotHealthy,
  wrongLauncher,
  boundElsewhere,
  pinnedElsewhere,
  mayNotMove,
  noFreePort,
  noGpu,
  wrongGpuModel,
  antiAffinity,
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
