import type { Placement } from "../../placement/plan";
import type { Instance } from "../../topology/instance";
import type { KubeRayGroup as Group, KubeRay } from "../../topology/kube-ray";
import type { Node } from "../../topology/node";
import type { RayCluster } from "../../topology/ray-cluster";
import type { KubeRayGroup, KubeRaySpec } from "./kube-ray-spec";

/** A member with its planned place. */
export interface PlannedMember {
  readonly instance: Instance;
  readonly placement: Placement;
}

export type ClusterOfPods = RayCluster & { readonly kubernetes: KubeRay };

/**
 * What the operator is asked for, from what was described and planned. Images go by architecture, so that a group whose members
 * are planned on nodes of both becomes two, and each keeps to nodes of its own.
 */
export function toKubeRaySpec(
  cluster: ClusterOfPods,
  members: readonly PlannedMember[],
  nodes: readonly Node[],
  stack: string,
): KubeRaySpec {
  const { kubernetes, version, python, memoryThreshold } = cluster;
  const head = members.find(({ instance }) => instance.ray!.role === "head")!;
  const byId = new Map(members.map((member) => [member.instance.id, member]));
  const archOf = ({ placement }: PlannedMember) => nodes.find(({ name }) => name === placement.node)!.arch!;
  const group = (
    name: string,
    of: readonly PlannedMember[],
    replicas: number,
    scale?: KubeRayGroup["scale"],
  ) => {
    const [{ instance }] = of as [PlannedMember];
    const possible = nodes.filter((node) => mayHold(node, archOf(of[0]!), instance, kubernetes.node));
    const planned = possible.filter((node) => of.some(({ placement }) => placement.node === node.name));
    return {
      name,
      arch: archOf(of[0]!),
      member: instance.ray!,
      replicas,
      ...(scale && { scale }),
      nodes: possible.map(nameThere),
      planned: planned.map(nameThere),
    };
  };
  const workers = kubernetes.groups.flatMap((described) =>
    [...byArch(described, byId, archOf)].map(([arch, ordinals], _, all) => {
      const of = ordinals.map((ordinal) => byId.get(described.members[ordinal]!)!);
      const below = (limit: number) => ordinals.filter((ordinal) => ordinal < limit).length;
      const { count, scale } = described;
      const name = all.length > 1 ? `${described.objectName}-${arch}` : described.objectName;
      return group(name, of, below(count), scale && { min: below(scale.min), max: ordinals.length });
    }),
  );
  return {
    name: kubernetes.objectName,
    namespace: kubernetes.namespace,
    stack,
    version,
    ...(python && { python }),
    head: group("headgroup", [head], 1),
    workers,
    images: kubernetes.images,
    memoryThreshold,
    priority: kubernetes.priority,
    egress: kubernetes.egress,
    clients: kubernetes.clients,
    ...(kubernetes.clientService && { clientService: kubernetes.clientService }),
    idleTimeoutSeconds: kubernetes.idleTimeoutSeconds,
  };
}

/** Ordinals of a group's members by the architecture that they are planned on, in a fixed order. */
function byArch(
  { members }: Group,
  byId: ReadonlyMap<string, PlannedMember>,
  archOf: (member: PlannedMember) => "amd64" | "arm64",
): Map<"amd64" | "arm64", number[]> {
  const all = (["amd64", "arm64"] as const).map((arch): ["amd64" | "arm64", number[]] => [
    arch,
    members.flatMap((id, ordinal) => (archOf(byId.get(id)!) === arch ? [ordinal] : [])),
  ]);
  return new Map(all.filter(([, ordinals]) => ordinals.length > 0));
}

/** Whatever its state is now: a node that comes and goes must not start pods anew. */
function mayHold(node: Node, arch: string, { gpuModel }: Instance, only: string | undefined): boolean {
  return (
    node.kubernetesNode !== undefined &&
    node.arch === arch &&
    (only === undefined || node.name === only) &&
    (gpuModel === undefined || node.gpuModel === gpuModel)
  );
}

const nameThere = ({ kubernetesNode }: Node) => kubernetesNode!;
