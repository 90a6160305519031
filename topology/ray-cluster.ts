import { z } from "zod";
import { choice, list, matching, name, section } from "./fields";
import { type KubeRay, kubeRaySchema, toKubeRay } from "./kube-ray";
import { groupsSchema, memberSchema } from "./ray-group";
import { rayGroups } from "./ray-members";

const launchers = ["ssh", "kuberay"] as const;

/** What starts a thing on a node: our own supervisor over SSH, or Kubernetes through KubeRay's operator. */
export type Launcher = (typeof launchers)[number];

/** A Ray cluster over nodes of the cluster file: one head, and workers in groups. */
export interface RayCluster {
  name: string;
  /** Of Ray, the same on every node. */
  version: string;
  /** Undefined: the node's own `python3`. */
  python?: string;
  /** Exact pins that are installed beside Ray. */
  requirements: string[];
  /** A folder on every node; undefined: the package index. */
  wheels?: string;
  healthChecks: "default" | "fast";
  /** Share of a node's memory from which on Ray ends tasks. */
  memoryThreshold: number;
  /** Whether the head's records survive it. */
  redis: boolean;
  /** Undefined: its members are processes that come over SSH, no pods. */
  kubernetes?: KubeRay;
}

export const rayClusterSchema = section("a map that describes a Ray cluster", {
  name: name.meta({ description: "What its members begin with; jobs name it", example: "mind" }),
  launcher: choice(launchers).default("ssh").meta({
    description:
      "ssh: each member is a process on a node; kuberay: each is a pod that Kubernetes places, and the plan says whether they fit",
    example: "kuberay",
  }),
  ray: matching(/^\d+\.\d+\.\d+$/, "a version of Ray such as 2.60.0")
    .default("2.60.0")
    .meta({
      description: "Version of Ray that every member gets, 2.54.0 or newer unless it has an `exemption`",
      example: "2.60.0",
    }),
  python: matching(/^3\.\d+(\.\d+)?$/, 'a version of Python such as "3.11" or "3.11.2"')
    .optional()
    .meta({
      description:
        "Python that it gets. Ray refuses members whose Python differs, be it in the last number; of pods it chooses the official image",
      absent: "the node's own `python3`; of pods 3.12",
      example: "3.11.2",
    }),
  head: memberSchema.meta({ description: "Where the cluster is led from; called `<cluster>-head`" }),
  workers: groupsSchema.prefault([]).meta({
    description: "The other members. No two members of a cluster share a node, unless they are pods",
  }),
  kubernetes: kubeRaySchema.optional().meta({
    description: "What Kubernetes has to know of it; required with `launcher: kuberay`",
    absent: "it comes over SSH",
  }),
  requirements: list(
    "a list of exact requirements",
    matching(
      /^[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,-]+\])?==[A-Za-z0-9][A-Za-z0-9.+!_-]*$/,
      'an exact requirement such as "numpy==2.4.6"',
    ),
  )
    .default([])
    .meta({ description: "Python packages that every member gets beside Ray", example: ["numpy==2.4.6"] }),
  wheels: matching(/^(\/|~\/)[^\p{Cc}]+$/u, "an absolute path, or one that starts with ~/")
    .optional()
    .meta({
      description: "Folder of wheels on every node: all is installed from there, and nothing is downloaded",
      absent: "from the package index that the node's login has set up",
      example: "~/wheels",
    }),
  health_checks: choice(["default", "fast"])
    .default("default")
    .meta({
      description:
        "How soon a member that does not answer counts as dead: default after some 13 s; fast after some 2 s, but also one that " +
        "was only busy or whose network paused",
      example: "fast",
    }),
  memory_threshold: z
    .number("a fraction from 0.1 to 0.85, such as 0.8")
    .min(0.1, "a fraction from 0.1 to 0.85, such as 0.8")
    .max(0.85, "a fraction from 0.1 to 0.85, such as 0.8")
    .default(0.8)
    .meta({
      allowed: "a fraction from 0.1 to 0.85, such as 0.8",
      description:
        "Share of a node's memory, whoever holds it, from which on Ray ends tasks. Ray's own 0.95 would eat up the headroom",
      example: 0.75,
    }),
  gcs_fault_tolerance: choice(["none", "redis"])
    .default("none")
    .meta({
      description:
        "none: with its head the cluster is lost and jobs go on from their checkpoints; redis: a `redis-server` beside the head, which " +
        "must be installed there, keeps the records, and cluster and detached actors come back (those on the head without what they held)",
      example: "redis",
    }),
});

export type WrittenRayCluster = z.output<typeof rayClusterSchema>;

export function toRayCluster(written: WrittenRayCluster): RayCluster {
  return {
    name: written.name,
    version: written.ray,
    ...(written.python && { python: written.python }),
    requirements: written.requirements,
    ...(written.wheels && { wheels: written.wheels }),
    healthChecks: written.health_checks,
    memoryThreshold: written.memory_threshold,
    redis: written.gcs_fault_tolerance === "redis",
    ...(written.kubernetes && {
      kubernetes: toKubeRay(written.kubernetes, written.name, written.workers, rayGroups(written)),
    }),
  };
}
