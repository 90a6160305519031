import type { Instance } from "../../topology/instance";
import type { Node } from "../../topology/node";
import type { Topology } from "../../topology/topology";
import { deviceUse, tenantsOn } from "./truth";

/** One full placement: node and use of the GPU by instance id. */
export type Assignment = ReadonlyMap<string, { node: string; onGpu: boolean }>;

export interface Best {
  stays: number;
  /** Sum of scores in hundredths, each on the otherwise empty node, and affinity pairs. */
  points: number;
}

/** Every full placement of some of the instances, looked at one by one: written from the design, not from the program. */
export class BruteForce {
  constructor(private readonly topology: Topology) {}

  /** Whether these instances fit together when all others are left out. */
  fits(ids: readonly string[], fixed: Assignment = new Map()): boolean {
    return !this.all(ids, fixed, () => false);
  }

  /** Undefined: there is no full placement. */
  best(ids: readonly string[], fixed: Assignment = new Map()): Best | undefined {
    let best: Best | undefined;
    this.all(ids, fixed, (assignment) => {
      const found = this.worth(assignment);
      if (!best || found.stays > best.stays || (found.stays === best.stays && found.points > best.points))
        best = found;
      return true;
    });
    return best;
  }

  /** The most who stay, and of such placements the most who have a GPU. Undefined: there is no full placement. */
  mostOnGpu(ids: readonly string[]): { stays: number; onGpu: number } | undefined {
    let best: { stays: number; onGpu: number } | undefined;
    this.all(ids, new Map(), (assignment) => {
      const { stays } = this.worth(assignment);
      const onGpu = [...assignment.values()].filter((choice) => choice.onGpu).length;
      if (!best || stays > best.stays || (stays === best.stays && onGpu > best.onGpu))
        best = { stays, onGpu };
      return true;
    });
    return best;
  }

  worth(assignment: Assignment): Best {
    let stays = 0;
    let points = 0;
    for (const [id, { node, onGpu }] of assignment) {
      const instance = this.instance(id);
      if (this.mayStayOn(instance) === node) stays++;
      points += this.score(instance, this.node(node), onGpu);
      const together = instance.affinity.filter((other) => assignment.get(other)?.node === node).length;
      points += 100 * Math.min(25, 10 * together);
    }
    return { stays, points };
  }

  /** Calls `look` for every full placement until it says false. Returns whether it always said true. */
  private all(ids: readonly string[], fixed: Assignment, look: (found: Assignment) => boolean): boolean {
    const assignment = new Map<string, { node: string; onGpu: boolean }>();
    const next = (index: number): boolean => {
      if (index === ids.length) return look(assignment);
      const instance = this.instance(ids[index]!);
      const choice = fixed.get(instance.id);
      for (const node of this.topology.cluster.nodes) {
        for (const onGpu of [true, false]) {
          if (choice && (choice.node !== node.name || choice.onGpu !== onGpu)) continue;
          assignment.set(instance.id, { node: node.name, onGpu });
          if (this.allowed(instance, node, onGpu) && this.holds(node, assignment) && !next(index + 1))
            return false;
          assignment.delete(instance.id);
        }
      }
      return true;
    };
    return next(0);
  }

  /** What has nothing to do with who else is there. */
  private allowed(instance: Instance, node: Node, onGpu: boolean): boolean {
    const { scenario, observed } = this.topology;
    const isHere = observed.previous[instance.id]?.node === node.name;
    if (onGpu ? instance.gpu === "none" || !node.gpu : instance.gpu === "required") return false;
    if (onGpu && instance.gpuModel !== undefined && instance.gpuModel !== node.gpuModel) return false;
    if (!(instance.launcher === "kuberay" ? node.kubernetesNode : node.connection)) return false;
    if ((instance.boundTo ?? node.name) !== node.name) return false;
    if ((scenario.placement[instance.id] ?? node.name) !== node.name) return false;
    if (!scenario.allowMoves && (this.mayStayOn(instance) ?? node.name) !== node.name) return false;
    return this.status(node) === "HEALTHY" || (isHere && this.keeps(node));
  }

  private holds(node: Node, assignment: Assignment): boolean {
    const here = [...assignment].filter(([, choice]) => choice.node === node.name);
    const others = this.topology.observed.others.filter((held) => held.node === node.name);
    const residents = here.map(([id]) => this.instance(id));
    const slots = [...residents, ...others].reduce((sum, { slots = 1 }) => sum + slots, 0);
    if (slots > node.maxInstances && residents.some(({ slots }) => slots > 0)) return false;
    const cores = [...residents, ...others].reduce((sum, { cpuCores = 0 }) => sum + cpuCores, 0);
    const wantsCores = residents.some(({ cpuCores }) => cpuCores > 0);
    if (wantsCores && node.cpuCores !== undefined && cores > node.cpuCores + 1e-9) return false;
    let ram = 0;
    for (const [id, { onGpu }] of here) {
      const instance = this.instance(id);
      ram += instance.ramBytes + (onGpu && node.unifiedMemory ? instance.gpuMemoryBytes : 0);
      if (here.some(([other]) => instance.antiAffinity.includes(other))) return false;
    }
    ram += tenantsOn(node).tenants;
    for (const held of others) ram += held.ramBytes;
    const limit = Math.min(0.85 * node.ramBytes, node.ramBytes - node.reservedRamBytes);
    if (ram > limit + 0.5) return false;
    const onGpu = here.filter(([, choice]) => choice.onGpu).map(([id]) => this.instance(id));
    const taken = deviceUse(node, [
      ...tenantsOn(node).owners,
      ...others.map((held) => ({ ...held, devices: held.gpuDevices })),
    ]);
    return this.devicesHold(node, onGpu, taken);
  }

  /** Every way to give them devices, one after the other. */
  private devicesHold(
    node: Node,
    [first, ...rest]: readonly Instance[],
    taken: readonly { milli: number; bytes: number }[],
  ): boolean {
    if (!first) return true;
    const milli = first.gpus >= 1 ? 1000 : Math.max(1, Math.round(first.gpus * 1000));
    const tenants = tenantsOn(node).gpuTenants;
    const able = taken.flatMap((one, device) => {
      const hasMemory =
        first.gpuMemoryBytes === 0 || one.bytes + tenants + first.gpuMemoryBytes <= node.gpuMemoryBytes;
      return one.milli + milli <= 1000 && hasMemory ? [device] : [];
    });
    return subsets(able, Math.max(1, Math.floor(first.gpus))).some((devices) => {
      const after = taken.map((one, device) =>
        devices.includes(device)
          ? { milli: one.milli + milli, bytes: one.bytes + first.gpuMemoryBytes }
          : one,
      );
      return this.devicesHold(node, rest, after);
    });
  }

  private score(instance: Instance, node: Node, onGpu: boolean): number {
    const others = this.topology.observed.others.filter((held) => held.node === node.name);
    const held = others.reduce((sum, { ramBytes }) => sum + ramBytes, 0);
    const { tenants } = tenantsOn(node);
    const takes = instance.ramBytes + (onGpu && node.unifiedMemory ? instance.gpuMemoryBytes : 0);
    const share = takes / (node.ramBytes - node.reservedRamBytes - tenants - held);
    const ram = share < 0.3 ? 2000 : share <= 0.7 ? 3000 : 1000;
    const load = Math.round(2000 * (1 - others.length / node.maxInstances));
    const gpu = onGpu ? 1500 : instance.gpu === "none" && !node.gpu ? 500 : 0;
    return ram + load + gpu + (instance.preferredNode === node.name ? 1000 : 0);
  }

  /** The node an instance may stay on, or undefined. */
  private mayStayOn(instance: Instance): string | undefined {
    const { scenario, observed, cluster } = this.topology;
    const previous = observed.previous[instance.id];
    const node = cluster.nodes.find(({ name }) => name === previous?.node);
    if (!node || scenario.rebalance) return undefined;
    if (this.status(node) !== "HEALTHY" && !this.keeps(node)) return undefined;
    if ((scenario.placement[instance.id] ?? node.name) !== node.name) return undefined;
    if (!(instance.launcher === "kuberay" ? node.kubernetesNode : node.connection)) return undefined;
    if ((instance.boundTo ?? node.name) !== node.name) return undefined;
    const modes = [instance.gpu !== "none" && node.gpu, false].filter(
      (on) => on || instance.gpu !== "required",
    );
    const isAble = modes.some((onGpu) =>
      this.holds(node, new Map([[instance.id, { node: node.name, onGpu }]])),
    );
    return isAble ? node.name : undefined;
  }

  private status(node: Node) {
    if (this.topology.observed.nodes[node.name]?.gone) return "GONE";
    const observed = this.topology.observed.nodes[node.name]?.status ?? "HEALTHY";
    return node.status === "HEALTHY" || (node.status === "DEGRADED" && observed === "UNAVAILABLE")
      ? observed
      : node.status;
  }

  private keeps(node: Node): boolean {
    const status = this.status(node);
    return (
      status === "HEALTHY" ||
      status === "DEGRADED" ||
      (status === "UNAVAILABLE" && !this.topology.cluster.failover.enabled)
    );
  }

  private instance(id: string): Instance {
    return this.topology.scenario.instances.find((instance) => instance.id === id)!;
  }

  private node(name: string): Node {
    return this.topology.cluster.nodes.find((node) => node.name === name)!;
  }
}

/** All subsets of so many. */
export function subsets<Item>(items: readonly Item[], size: number): Item[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, index) =>
    subsets(items.slice(index + 1), size - 1).map((rest) => [item, ...rest]),
  );
}
