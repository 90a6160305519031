import type { InstanceView } from "../components/instance-view";
import { exampleInstance, exampleNode } from "./example";
import { coTenantDevices, devicesOf, nameOfOther } from "./held-memory";
import type { NodeOfStack, NodeRule } from "./rule";
import type { Values } from "./values";

export const requireGpuCountWithinNode: NodeRule = {
  name: "require-gpu-count-within-node",
  description:
    "An instance has as many of a node's GPUs as it asks for, and no GPU is given out more than once, those of other stacks and co-tenants included.",
  why: "Two programs that each count on a whole GPU halve each other's speed, or one of them finds its memory gone.",
  checkNode({ node, instances }) {
    const [name, count] = [node.text("name"), node.number("gpus")];
    const shares = new Map<number, Share[]>();
    const hold = (holder: string, gpus: number, devices: readonly number[]) => {
      for (const device of devices)
        shares.set(device, [...(shares.get(device) ?? []), { holder, share: Math.min(1, gpus) }]);
    };
    const own = instances.flatMap((instance) => {
      const gpus = gpusOf(instance);
      if (gpus === 0 && !sharesMemory(instance)) return [];
      const devices = gpus === 0 || instance.has("gpuDevices") ? devicesOf(instance) : [];
      hold(instance.text("instance"), gpus, devices);
      return mistakesOf(instance.text("instance"), gpus, devices, { name, count });
    });
    for (const { tenant, devices } of coTenantDevices(node))
      if (devices.length > 0) hold(`co-tenant ${tenant.text("name")}`, devices.length, devices);
    for (const held of node.list("heldByOthers"))
      if (held.has("gpus") || held.number("gpuMemoryBytes") > 0)
        hold(nameOfOther(held), held.has("gpus") ? held.number("gpus") : 0, devicesOf(held));
    return [...own, ...overCommitted(name, shares)];
  },
  broken: {
    resources: [
      exampleNode({ gpu: true }),
      exampleInstance({ gpu: "required", gpus: 2, gpuDevices: [0, 1] }),
    ],
  },
};

/** Of one GPU; 0 for who shares it as far as memory goes. */
interface Share {
  readonly holder: string;
  readonly share: number;
}

/** Whether it is on a GPU, and says nothing of how much of it. */
function sharesMemory(instance: Values<InstanceView>): boolean {
  const isGiven = instance.in("takes").number("gpuMemoryBytes") > 0 || instance.has("gpuDevices");
  return instance.text("gpu") === "required" || isGiven;
}

/** One that only prefers a GPU takes what the plan gives it. */
function gpusOf(instance: NodeOfStack["instances"][number] & Values<InstanceView>): number {
  const takes = instance.in("takes");
  const given = takes.has("gpus") ? takes.number("gpus") : 0;
  return instance.text("gpu") === "required" ? Math.max(instance.number("gpus"), given) : given;
}

function mistakesOf(
  instance: string,
  gpus: number,
  devices: readonly number[],
  node: { name: string; count: number },
): string[] {
  const wanted = Math.max(1, Math.floor(gpus));
  const missing = devices.find((device) => device >= node.count || !Number.isInteger(device));
  // That there is none at all is another rule's.
  if (missing !== undefined && (gpus > 0 || node.count > 0))
    return [
      `${instance}: GPU ${missing} of ${node.name}, which has ${node.count}, counted from 0; place it on a node with more or lower its gpus`,
    ];
  if (new Set(devices).size === wanted && devices.length === wanted) return [];
  return [
    `${instance}: gpus is ${gpus}, and it has ${devices.length} of ${node.name}'s (${devices.join(", ") || "none"}); give it ${wanted}, each once`,
  ];
}

function overCommitted(node: string, shares: ReadonlyMap<number, readonly Share[]>): string[] {
  return [...shares]
    .sort(([a], [b]) => a - b)
    .flatMap(([device, holders]) => {
      // Shares are counted to the thousandth: so a sum of tenths is what it seems.
      const milli = holders.reduce((sum, { share }) => sum + Math.round(share * 1000), 0);
      const sharers = holders.filter(({ share }) => share === 0).map(({ holder }) => holder);
      const parts = holders
        .filter(({ share }) => share > 0)
        .map(({ holder, share }) => `${holder} ${share}`)
        .join(" + ");
      const remedy = "give one of them another GPU or lower its gpus";
      if (milli > 1000)
        return [`${node}: ${milli / 1000} of GPU ${device} would be held: ${parts}; ${remedy}`];
      if (milli < 1000 || sharers.length === 0) return [];
      return [
        `${node}: all of GPU ${device} is held: ${parts}; and ${sharers.join(" and ")} would share its memory; ${remedy}`,
      ];
    });
}
