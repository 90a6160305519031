import type { FactsSnapshot } from "../topology/facts";
import type { Held, Observed, ObservedNode, PreviousPlacement } from "../topology/observed";
import type { Decision } from "./decision";

/** Another stack of this project, as the back end knows it. */
export interface OtherStack {
  readonly name: string;
  /** ISO time of its last update, whatever its end. */
  readonly lastUpdate: string | undefined;
  /** `undefined`: it holds nothing. */
  readonly decision: Decision | undefined;
}

/** All that was there before this run; each part may be missing. */
export interface Observations {
  readonly stack: string;
  readonly own: Decision | undefined;
  readonly others: readonly OtherStack[];
  readonly snapshot: FactsSnapshot | undefined;
  readonly now: Date;
}

/**
 * Joins what states remember with what the nodes' ledgers said. Of one instance the younger word counts: a state describes its
 * last success, so after an update that failed a later snapshot knows better; a snapshot from before the last update is stale.
 */
export function combineObservations({ stack, own, others, snapshot, now }: Observations): Observed {
  // Pods have names of their own: whose state is known is not counted twice.
  const isKnown = (owner: string | undefined) =>
    owner === stack || others.some(({ name, decision }) => name === owner && decision !== undefined);
  const ledgers = Object.entries(snapshot?.nodes ?? {}).flatMap(([node, { holdings }]) =>
    holdings.filter(({ pod_of: owner }) => !isKnown(owner)).map((holding) => ({ node, ...holding })),
  );
  const isYounger = (time: string | undefined) =>
    snapshot !== undefined && (time === undefined || snapshot.taken_at > time);

  const previous: Record<string, PreviousPlacement> = {};
  for (const { instance, node, port, hints, onGpu, gpuDevices } of own?.placements ?? [])
    previous[instance] = {
      node,
      ...(port && { port }),
      hints,
      ...(onGpu !== undefined && { onGpu }),
      ...(gpuDevices && { gpuDevices }),
    };
  if (isYounger(own?.decidedAt))
    for (const { instance, node, port, devices } of ledgers.filter((holding) => holding.stack === stack))
      previous[instance] = {
        ...previous[instance],
        node,
        ...(port && { port }),
        ...(devices && { gpuDevices: devices }),
      };

  const held = new Map<string, Held>();
  for (const { name, decision } of others)
    for (const { instance, node, port, takes, gpuDevices } of decision?.placements ?? [])
      held.set(`${name}/${instance}`, {
        stack: name,
        instance,
        node,
        ...takes,
        ...(gpuDevices && { gpuDevices }),
        ...(port && { port }),
      });
  for (const {
    stack: name,
    instance,
    node,
    memory_bytes: ramBytes,
    gpu_memory_bytes: gpuMemoryBytes,
    cpu_cores: cpuCores,
    gpus,
    devices,
    slots,
    port,
  } of ledgers)
    if (name !== stack && isYounger(others.find((other) => other.name === name)?.lastUpdate))
      held.set(`${name}/${instance}`, {
        stack: name,
        instance,
        node,
        ramBytes,
        gpuMemoryBytes,
        ...(cpuCores && { cpuCores }),
        ...(gpus && { gpus }),
        ...(devices && { gpuDevices: devices }),
        ...(slots === 0 && { slots }),
        ...(port && { port }),
      });

  return {
    previous,
    others: [...held.values()],
    nodes: Object.fromEntries(
      Object.entries(snapshot?.nodes ?? {}).map(([name, facts]) => [name, observedNode(facts)]),
    ),
    ...(own && { decidedAt: own.decidedAt }),
    ...(snapshot && {
      facts: { ageSeconds: Math.max(0, Math.round((now.getTime() - Date.parse(snapshot.taken_at)) / 1000)) },
    }),
  };
}

function observedNode({
  status,
  reason,
  memory_available_bytes,
  allocatable,
  holdings,
}: FactsSnapshot["nodes"][string]): ObservedNode {
  return {
    status,
    ...(reason !== undefined && { reason }),
    ...(memory_available_bytes !== undefined && {
      memoryAvailableBytes: memory_available_bytes,
      heldBytes: holdings.reduce((sum, { memory_bytes }) => sum + memory_bytes, 0),
    }),
    ...(allocatable && {
      allocatable: {
        cpuCores: allocatable.cpu_cores,
        ramBytes: allocatable.memory_bytes,
        gpus: allocatable.gpus,
      },
    }),
  };
}
