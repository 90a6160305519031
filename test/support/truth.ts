import type { Placement, Plan, Rejection } from "../../placement/plan";
import type { Instance } from "../../topology/instance";
import type { Node } from "../../topology/node";
import type { Topology } from "../../topology/topology";
import { BruteForce } from "./brute-force";

type Reason = Pick<Rejection, "token" | "kind"> & {
  /** Bytes, where it is about sizes of memory. */
  need?: number;
  have?: number;
};

/** What is true of a plan: written from the design and the topology alone, not from the filters. */
export class Truth {
  private readonly byId: ReadonlyMap<string, Instance>;

  constructor(
    private readonly topology: Topology,
    private readonly plan: Plan,
  ) {
    this.byId = new Map(topology.scenario.instances.map((instance) => [instance.id, instance]));
  }

  /** Why a node refuses an instance at its turn; undefined: it would take it. */
  reason(id: string, turn: number, nodeName: string): Reason | undefined {
    const instance = this.byId.get(id)!;
    const node = this.topology.cluster.nodes.find(({ name }) => name === nodeName)!;
    const before = this.plan.placements.filter(
      (placement) => placement.turn < turn && placement.node === nodeName,
    );
    const all = this.reasons(instance, node, before);
    return all.find(({ kind }) => kind === "rule") ?? all[0];
  }

  /** Whether what is said of the consequences of another choice would come to pass; by all placements there are. */
  wouldHarm({ instance, turn }: Placement, { node, text }: Rejection): boolean {
    const all = [...this.byId.keys()];
    const ways = this.tryOn(instance, turn, node);
    const [, left] = /^would leave (.+) without a place$/.exec(text) ?? [];
    if (left === undefined) {
      const best = ways.map(({ truth, fixed }) => truth.best(all, fixed)).filter((one) => one !== undefined);
      const chosen = this.chosen(new BruteForce(this.topology));
      return best.length > 0 && best.every(({ stays }) => stays < chosen.stays);
    }
    const others = all.filter((id) => !left.split(", ").includes(id));
    return (
      ways.every(({ truth, fixed }) => !truth.fits(all, fixed)) &&
      ways.some(({ truth, fixed }) => truth.fits(others, fixed))
    );
  }

  /** Whether a full placement with the instance there exists, which is not better as a whole. */
  isOutweighed({ instance, turn }: Placement, node: string): boolean {
    const all = [...this.byId.keys()];
    return this.tryOn(instance, turn, node).some(({ truth, fixed }) => {
      const best = truth.best(all, fixed);
      const chosen = this.chosen(truth);
      return best !== undefined && best.stays <= chosen.stays && best.points <= chosen.points;
    });
  }

  private chosen(truth: BruteForce) {
    return truth.worth(
      new Map(this.plan.placements.map(({ instance, node, onGpu }) => [instance, { node, onGpu }])),
    );
  }

  /** On the GPU and on the CPU, with all earlier decisions kept. */
  private tryOn(id: string, turn: number, node: string) {
    const before = this.plan.placements.filter((placement) => placement.turn < turn);
    const fixed = before.map(({ instance, node, onGpu }) => [instance, { node, onGpu }] as const);
    return [true, false].map((onGpu) => ({
      truth: new BruteForce(this.topology),
      fixed: new Map([...fixed, [id, { node, onGpu }] as const]),
    }));
  }

  /** Every reason there is, in the order of their precedence. */
  private reasons(instance: Instance, node: Node, before: readonly Placement[]): Reason[] {
    const { scenario, observed } = this.topology;
    const isHere = own(observed.previous, instance.id)?.node === node.name;
    const status = this.status(node);
    const residents = before.map((placement) => this.byId.get(placement.instance)!);
    const others = observed.others.filter((held) => held.node === node.name);
    const pin = own(scenario.placement, instance.id);
    const held = scenario.allowMoves ? undefined : this.mayStayOn(instance);
    const found: (Reason | false)[] = [
      status === "GONE" && { token: "NodeGone", kind: "rule" },
      status !== "GONE" &&
        status !== "HEALTHY" &&
        !(isHere && this.keeps(status)) && { token: "NodeNotHealthy", kind: "rule" },
      !(instance.launcher === "kuberay" ? node.kubernetesNode : node.connection) && {
        token: "WrongLauncher",
        kind: "rule",
      },
      instance.boundTo !== undefined &&
        instance.boundTo !== node.name && { token: "BoundElsewhere", kind: "rule" },
      pin !== undefined && pin !== node.name && { token: "PinnedElsewhere", kind: "rule" },
      held !== undefined && held !== node.name && { token: "MayNotMove", kind: "rule" },
      !this.hasPort(instance) && { token: "NoFreePort", kind: "rule" },
      instance.gpu === "required" && !node.gpu && { token: "NoGpu", kind: "rule" },
      instance.gpu === "required" &&
        node.gpu &&
        instance.gpuModel !== undefined &&
        instance.gpuModel !== node.gpuModel && { token: "WrongGpuModel", kind: "rule" },
      residents.some(
        ({ id, antiAffinity }) => instance.antiAffinity.includes(id) || antiAffinity.includes(instance.id),
      ) && { token: "AntiAffinity", kind: "rule" },
      instance.slots === 1 &&
        sum([...residents, ...others].map(({ slots = 1 }) => slots)) >= node.maxInstances && {
          token: "NoFreeSlot",
          kind: "full",
        },
      this.cores(instance, node, residents, others),
      ...this.sizes(instance, node, before),
    ];
    return found.filter((reason) => reason !== false);
  }

  private sizes(instance: Instance, node: Node, before: readonly Placement[]): (Reason | false)[] {
    const others = this.topology.observed.others.filter((held) => held.node === node.name);
    const { gpuTenants, tenants, owners } = tenantsOn(node);
    const taken = sum([...others, ...before.map(({ takes }) => takes)].map(({ ramBytes }) => ramBytes));
    // What only prefers a GPU runs on the CPU where the GPU is too full.
    const gpuNeed = instance.gpu === "required" ? instance.gpuMemoryBytes : 0;
    const wanted = Math.max(1, Math.floor(instance.gpus));
    const need = instance.ramBytes + (node.unifiedMemory ? gpuNeed * wanted : 0);
    const devices = deviceUse(node, [
      ...owners,
      ...others.map((held) => ({ ...held, devices: held.gpuDevices })),
      ...before.map(({ instance: id, takes, gpuDevices, onGpu }) => ({
        gpuMemoryBytes: takes.gpuMemoryBytes,
        gpus: this.byId.get(id)!.gpus,
        devices: onGpu ? (gpuDevices ?? [0]) : [],
      })),
    ]);
    const share = instance.gpus >= 1 ? 1000 : Math.max(1, Math.round(instance.gpus * 1000));
    const able = devices.filter(({ milli }) => milli + share <= 1000);
    // The memory of the devices that have the share: as many as are wanted have to have enough.
    const gpuTaken = able.map(({ bytes }) => bytes).sort((a, b) => a - b)[wanted - 1] ?? 0;
    const isGpuUser = instance.gpu === "required" && node.gpu;
    const pools = [
      ...(isGpuUser
        ? [
            {
              token: "InsufficientGpuMemory",
              need: gpuNeed,
              room: node.gpuMemoryBytes - gpuTenants,
              gpuTaken,
            },
          ]
        : []),
      { token: "InsufficientRam", need, room: node.ramBytes - node.reservedRamBytes - tenants, taken },
      {
        token: "InsufficientHeadroom",
        need,
        room: Math.round((1 - node.memoryHeadroom.require) * node.ramBytes) - tenants,
        taken,
      },
    ] as const;
    const lacking: Reason | false = isGpuUser &&
      able.length < wanted && {
        token: "InsufficientGpus",
        kind: wanted > node.gpus - owners.length ? "rule" : "full",
      };
    const sized = pools.map(({ token, need, room, ...rest }) => {
      const empty = Math.max(0, room);
      const free = empty - ("gpuTaken" in rest ? rest.gpuTaken : rest.taken);
      if (need <= Math.max(0, free)) return false;
      return need > empty
        ? { token, kind: "rule", need, have: empty }
        : { token, kind: "full", need, have: free };
    }) as (Reason | false)[];
    return [lacking, ...sized];
  }

  private cores(
    instance: Instance,
    node: Node,
    residents: readonly Instance[],
    others: readonly { cpuCores?: number }[],
  ): Reason | false {
    if (node.cpuCores === undefined || instance.cpuCores === 0) return false;
    const taken = sum([...residents, ...others].map(({ cpuCores = 0 }) => cpuCores));
    if (instance.cpuCores <= node.cpuCores - taken + 1e-9) return false;
    return { token: "InsufficientCpu", kind: instance.cpuCores > node.cpuCores ? "rule" : "full" };
  }

  /** Where nothing but want of room speaks against staying. */
  private mayStayOn(instance: Instance): string | undefined {
    const { scenario, observed, cluster } = this.topology;
    const was = own(observed.previous, instance.id);
    const node = cluster.nodes.find(({ name }) => name === was?.node);
    if (!node || scenario.rebalance) return undefined;
    // The properties' topologies have no hints that change: a remembered wish is taken as unchanged.
    const free = { ...this.topology, scenario: { ...scenario, allowMoves: true } };
    return new Truth(free, this.plan).reasons(instance, node, []).length === 0 ? node.name : undefined;
  }

  /** Whoever had a port keeps it where that is possible; the rest of them is given out by id. */
  private hasPort({ id, network }: Instance): boolean {
    if (network === "isolated") return true;
    const { cluster, scenario, observed } = this.topology;
    const { start, end } = cluster.peerPorts;
    const theirs = new Set(observed.others.map(({ port }) => port));
    const free = Array.from({ length: end - start + 1 }, (_, index) => start + index).filter(
      (port) => !theirs.has(port),
    );
    const peers = scenario.instances.filter((one) => one.network === "peers").map((one) => one.id);
    peers.sort();
    const keepers = new Set<string>();
    for (const port of free) {
      const first = peers.find((peer) => own(observed.previous, peer)?.port === port);
      if (first !== undefined) keepers.add(first);
    }
    const rest = peers.filter((peer) => !keepers.has(peer));
    return keepers.has(id) || rest.indexOf(id) < free.length - keepers.size;
  }

  private status(node: Node): string {
    const observed = own(this.topology.observed.nodes, node.name);
    if (observed?.gone) return "GONE";
    if (node.status === "MAINTENANCE" || node.status === "UNAVAILABLE") return node.status;
    return observed?.status === undefined || observed.status === "HEALTHY" ? node.status : observed.status;
  }

  private keeps(status: string): boolean {
    return status === "DEGRADED" || (status === "UNAVAILABLE" && !this.topology.cluster.failover.enabled);
  }
}

/** What co-tenants hold: of the RAM, of each GPU that is shared, and the GPUs that are their own, from the first on. */
export function tenantsOn(node: Node) {
  const owners = node.coTenants
    .flatMap(({ gpus = 0, gpuMemoryBytes }) => Array.from({ length: gpus }, () => gpuMemoryBytes))
    .map((gpuMemoryBytes, device) => ({ gpuMemoryBytes, gpus: 1, devices: [device] }));
  const gpuTenants = sum(
    node.coTenants.map(({ gpus = 0, gpuMemoryBytes }) => (gpus > 0 ? 0 : gpuMemoryBytes)),
  );
  const onGpus = gpuTenants + sum(owners.map(({ gpuMemoryBytes }) => gpuMemoryBytes));
  const ram = sum(node.coTenants.map(({ ramBytes }) => ramBytes));
  return { gpuTenants, tenants: ram + (node.unifiedMemory ? onGpus : 0), owners };
}

/** What is taken of each GPU. Who says nothing of its share counts as a thousandth; what is not known lies on the first. */
export function deviceUse(
  node: Node,
  holders: readonly { gpuMemoryBytes: number; gpus?: number; devices?: readonly number[] | undefined }[],
): { milli: number; bytes: number }[] {
  const use = Array.from({ length: node.gpus }, () => ({ milli: 0, bytes: 0 }));
  for (const { gpuMemoryBytes, gpus = 0, devices } of holders) {
    const known = devices?.filter((device) => device < node.gpus);
    const isUnknown = known?.length === 0 ? devices!.length > 0 : known === undefined;
    const on = isUnknown ? (gpuMemoryBytes > 0 || gpus > 0 ? [0] : []) : known!;
    for (const device of on) {
      if (!use[device]) continue;
      use[device].milli += gpus >= 1 ? 1000 : Math.max(1, Math.round(gpus * 1000));
      use[device].bytes += gpuMemoryBytes / on.length;
    }
  }
  return use;
}

function own<Value>(map: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
