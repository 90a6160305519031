import { portsPerMember } from "../topology/ray-ports";
import type { Filter } from "./filter";
import { portUse } from "./ports";
import { resourceFilters } from "./resource-filters";

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
  ...resourceFilters,
];
