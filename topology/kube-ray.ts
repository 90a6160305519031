import type { z } from "zod";
import { dnsLabel } from "./dns-label";
import {
  choice,
  flag,
  line,
  list,
  matching,
  name,
  namespaceName,
  section,
  serviceName,
  wholeNumber,
} from "./fields";
import { scaleOf, type WrittenGroup } from "./ray-group";

/** What a Ray cluster of pods is beside what every Ray cluster is. */
export interface KubeRay {
  namespace: string;
  /** Of the RayCluster object. */
  objectName: string;
  groups: KubeRayGroup[];
  /** The node that all pods are to be on, by its name in the cluster file. Undefined: any that fits. */
  node?: string;
  /** One more Service, of the client's port alone. */
  clientService?: string;
  /** Of one's own, by architecture. */
  images: { arm64?: string; amd64?: string };
  /** Below 0: pods of a higher one come first, and these push nobody out. */
  priority: number;
  egress: "cluster" | "open";
  /** Whether containers in its namespace that say no limits get some. */
  limitRange: boolean;
  /** Namespaces whose pods may speak to it. */
  clients: string[];
  /** Why it may be older than what is safe. */
  exemption?: string;
  idleTimeoutSeconds: number;
  readyTimeoutSeconds: number;
}

/** A group of workers. Its members are `<cluster>-<name>-0` … as instances, as many as there may be at most. */
export interface KubeRayGroup {
  name: string;
  /** In the RayCluster object. */
  objectName: string;
  /** So many at first. */
  count: number;
  /** Undefined: always `count`. */
  scale?: { min: number; max: number };
  /** Ids of its members, in their order. */
  members: string[];
}

/** What runs beside the head where the autoscaler decides how many workers there are; the operator's own default. */
export const autoscalerSidecar = { cpuCores: 0.5, memoryBytes: 512 * 2 ** 20 } as const;

const image = matching(/^[!-~]+$/, "the name of an image, without spaces");

/** Priority, idle time and the like: what KubeRay and Kubernetes have to know of a cluster of pods. */
export const kubeRaySchema = section("a map with namespace", {
  namespace: namespaceName.meta({
    description: "Where its objects are; made if it is not there",
    example: "cognition",
  }),
  node: name.optional().meta({
    description: "The node that every member is on, and nowhere else, by its name in the cluster file",
    absent: "any node of Kubernetes that has room",
    example: "HW-BRAIN-01",
  }),
  client_service: serviceName.optional().meta({
    description: "One more Service for Ray's client, on port 10001",
    absent: "only the one that KubeRay makes, `<cluster>-head-svc`",
    example: "brain-node-service",
  }),
  images: section("a map with arm64 and amd64", {
    arm64: image.optional().meta({
      description: "Image for nodes of that architecture",
      absent: "the official one, which ends in `-aarch64`",
      example: "registry.example/blackwell:7",
    }),
    amd64: image.optional().meta({
      description: "Image for nodes of that architecture",
      absent: "the official one",
      example: "registry.example/ray:7",
    }),
  })
    .prefault({})
    .meta({
      description: "Images of one's own, with wheels in them: nothing is installed when a pod starts",
    }),
  priority: wholeNumber(-1_000_000, -1).default(-100).meta({
    description:
      "Below 0, so that whoever says nothing comes first; its pods never push others out, whatever it is",
    example: -10,
  }),
  egress: choice(["cluster", "open"]).default("cluster").meta({
    description: "What its pods may reach: cluster: each other, DNS and the API server; open: everything",
    example: "open",
  }),
  limit_range: flag.default(false).meta({
    description:
      "Whether containers in the namespace that say no limits get a core and 1 GiB, whoever's they are: for a namespace that is Ray's own",
    example: true,
  }),
  clients: list("a list of namespaces", namespaceName)
    .default([])
    .meta({
      description: "Namespaces whose pods may reach its client's port and dashboard",
      example: ["analytics"],
    }),
  exemption: line("text on one line").optional().meta({
    description: "Why it may be of a Ray older than 2.54.0; every preview shows it",
    absent: "it may not",
    example: "in production since May; moves to 2.60.0 in December",
  }),
  idle_timeout_seconds: wholeNumber(1, 86_400).default(60).meta({
    description: "Seconds without work after which the autoscaler ends a worker",
    example: 600,
  }),
  ready_timeout_seconds: wholeNumber(1, 86_400).default(600).meta({
    description:
      "Seconds to wait until all its pods are ready; then the update fails and says why they are not",
    example: 1200,
  }),
});

type Written = z.output<typeof kubeRaySchema>;

export function toKubeRay(
  written: Written,
  cluster: string,
  groups: readonly WrittenGroup[],
  members: ReadonlyMap<string, string[]>,
): KubeRay {
  const { node, client_service: clientService, images, exemption } = written;
  return {
    namespace: written.namespace,
    objectName: dnsLabel(cluster),
    groups: groups.map((group) => {
      const scale = scaleOf(group);
      return {
        name: group.name,
        objectName: dnsLabel(group.name),
        count: group.count,
        ...(scale && { scale }),
        members: members.get(`${cluster}-${group.name}`)!,
      };
    }),
    ...(node && { node }),
    ...(clientService && { clientService }),
    images: {
      ...(images.arm64 && { arm64: images.arm64 }),
      ...(images.amd64 && { amd64: images.amd64 }),
    },
    priority: written.priority,
    egress: written.egress,
    limitRange: written.limit_range,
    clients: written.clients,
    ...(exemption && { exemption }),
    idleTimeoutSeconds: written.idle_timeout_seconds,
    readyTimeoutSeconds: written.ready_timeout_seconds,
  };
}
