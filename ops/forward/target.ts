import { ConfigError } from "../../topology/config-error";
import { didYouMean } from "../../topology/did-you-mean";
import { rayPorts } from "../../topology/ray-ports";
import { rayClustersOf, type StackOutputs } from "../stack/outputs";

/** A port that is brought here, wherever it is now. */
export interface ForwardTarget {
  /** A Ray cluster, an instance or a node. */
  readonly name: string;
  /** `dashboard` and `client` of a Ray cluster, `peer` of an instance, or a number. */
  readonly port: "dashboard" | "client" | "peer" | number;
}

/** Where a target is now: on a node, or in the head pod of a cluster of Kubernetes. */
export type ForwardPlace = NodePlace | PodPlace;

export interface NodePlace {
  readonly node: string;
  /** As the node reaches it. */
  readonly host: string;
  readonly port: number;
}

export interface PodPlace {
  readonly context: string;
  readonly namespace: string;
  /** The RayCluster object. */
  readonly rayCluster: string;
  readonly port: number;
}

/** Ray's own numbers, which its users know. */
const rayDefaults = { dashboard: 8265, client: 10001 };

const loopback = "127.0.0.1";

/**
 * What the words of a command line mean: `mind` all ports of a cluster, `mind:client` one of them, `critic` an instance's port for
 * its peers, `NAME:PORT` any port on its node; none: all that the stack has. Throws ConfigError.
 */
export function forwardTargets(
  stack: string,
  words: readonly string[],
  outputs: StackOutputs,
  nodes: readonly string[],
): ForwardTarget[] {
  const all = [
    ...Object.keys(rayClustersOf(outputs)).flatMap(rayTargets),
    ...Object.entries(outputs.instances ?? {}).flatMap(([name, { port }]) =>
      port !== undefined && !isMember(outputs, name) ? [{ name, port: "peer" as const }] : [],
    ),
  ];
  if (words.length === 0 && all.length === 0)
    throw new ConfigError([
      `berth: ${stack} has no Ray cluster and no instance with network: peers, so there is no port to bring here; name one, such as ${nodes[0]}:8000`,
    ]);
  if (words.length === 0) return all;
  const known = [...Object.keys(rayClustersOf(outputs)), ...Object.keys(outputs.instances ?? {}), ...nodes];
  const found = words.map((word) => meaning(stack, word, all, known));
  const issues = found.flatMap((one) => ("issue" in one ? [one.issue] : []));
  if (issues.length > 0) throw new ConfigError(issues);
  const targets = found.flatMap((one) => ("targets" in one ? one.targets : []));
  return targets.filter((one, at) => targets.findIndex((other) => labelOf(other) === labelOf(one)) === at);
}

const rayTargets = (name: string): ForwardTarget[] => [
  { name, port: "dashboard" },
  { name, port: "client" },
];

/** A member of a Ray cluster has ports, too; the cluster's name stands for them. */
const isMember = (outputs: StackOutputs, instance: string) =>
  Object.values(rayClustersOf(outputs)).some(({ members = {} }) => Object.hasOwn(members, instance));

function meaning(
  stack: string,
  word: string,
  all: readonly ForwardTarget[],
  known: readonly string[],
): { targets: ForwardTarget[] } | { issue: string } {
  const [, name, part] = /^(.*?)(?::(\w+))?$/.exec(word)!;
  if (!known.includes(name!))
    return {
      issue: `berth: ${stack} runs nothing called "${name}", and no node of its is${didYouMean(name!, known)}; after an update:  ./berth up ${stack}`,
    };
  const own = all.filter((target) => target.name === name);
  if (part === undefined)
    return own.length > 0
      ? { targets: own }
      : { issue: `berth: ${name} has no port of its own; say which, such as ${name}:8000` };
  const named = own.filter(({ port }) => port === part);
  if (named.length > 0) return { targets: named };
  const number = Number(part);
  if (Number.isInteger(number) && number >= 1 && number <= 65_535)
    return { targets: [{ name: name!, port: number }] };
  const parts = [...own.map(({ port }) => port), "a port from 1 to 65535"];
  return { issue: `berth: ${word}: expected ${parts.join(", ")} after the colon, got "${part}"` };
}

/** What people call it. */
export const labelOf = ({ name, port }: ForwardTarget): string =>
  port === "peer" ? name : `${name} ${port}`;

/** Where a target is by the state; undefined when the state has no such thing. */
export function placeOf(
  { name, port }: ForwardTarget,
  outputs: StackOutputs,
  nodes: readonly string[],
): ForwardPlace | undefined {
  const [cluster, instance] = [rayClustersOf(outputs)[name], outputs.instances?.[name]];
  if (port === "peer")
    return instance?.port === undefined
      ? undefined
      : { node: instance.node, host: instance.address, port: instance.port };
  if (cluster?.launcher === "kuberay") {
    const { context, namespace, name: rayCluster } = cluster;
    return { context, namespace, rayCluster, port: typeof port === "number" ? port : rayDefaults[port] };
  }
  if (port === "dashboard" || port === "client") {
    if (!cluster) return undefined;
    const [, host, first] = /^(.*):(\d+)$/.exec(cluster.address)!;
    const ports = rayPorts(Number(first));
    // The dashboard is for the head's own node, and for tunnels to it.
    return port === "dashboard"
      ? { node: cluster.head, host: loopback, port: ports.dashboard }
      : { node: cluster.head, host: host!, port: ports.client_server };
  }
  const node = cluster?.head ?? instance?.node ?? nodes.find((one) => one === name);
  return node === undefined ? undefined : { node, host: loopback, port };
}

/** The local port that its users expect. */
export const usualPort = ({ port }: ForwardTarget, place: ForwardPlace): number =>
  port === "dashboard" || port === "client" ? rayDefaults[port] : place.port;

/** How its users write the address. */
export function urlOf({ port }: ForwardTarget, local: number): string {
  const scheme = { dashboard: "http://", client: "ray://" }[port as string] ?? "";
  return `${scheme}${loopback}:${local}`;
}
