import { z } from "zod";
import {
  choice,
  line,
  list,
  matching,
  mostGpus,
  name,
  section,
  size,
  sizeFrom,
  sizeOrZero,
  wholeNumber,
} from "./fields";

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
}

const ownSizes = {
  heap_gb: size.meta({
    description: "RAM for tasks and actors of this member; Ray schedules by it, the node holds them to it",
    example: 4,
  }),
  // Ray refuses less than 75 MiB.
  object_store_gb: sizeFrom(0.08).meta({
    description: "RAM for objects that tasks share. Ray's own default, 30 % of the machine, is never used",
    example: 2,
  }),
  cpu_cores: wholeNumber(0, 1024).default(1).meta({
    description: "CPUs that Ray schedules on it; 0: only what asks for none runs there",
    example: 4,
  }),
  gpus: wholeNumber(0, mostGpus).default(0).meta({
    description:
      "GPUs that Ray schedules on it. Actors may take fractions of one, as an account and not as a wall",
    example: 1,
  }),
  gpu_model: line("text on one line").optional().meta({
    description: "The model that its GPUs must be of, as the cluster file calls it",
    absent: "any",
    example: "GB10",
  }),
  gpu_memory_gb: sizeOrZero
    .prefault(0)
    .meta({ description: "GPU memory that its programs take together", example: 8 }),
  preferred_node: name.optional().meta({
    description: "The node it likes best: ten points more for that one, never a must",
    absent: "no preference",
    example: "jetson",
  }),
};

const memberSchema = section("a map with heap_gb and object_store_gb", ownSizes);

const groupSchema = section("a map that describes a group of workers", {
  name: name.meta({
    description: "Its members are called `<cluster>-<name>-0`, `<cluster>-<name>-1` …",
    example: "cpu",
  }),
  count: wholeNumber(1, 1000)
    .default(1)
    .meta({ description: "So many workers, each on a node of its own", example: 3 }),
  ...ownSizes,
});

export type WrittenMember = z.output<typeof memberSchema>;

export const rayClusterSchema = section("a map that describes a Ray cluster", {
  name: name.meta({ description: "What its members begin with; jobs name it", example: "mind" }),
  ray: matching(/^\d+\.\d+\.\d+$/, "a version of Ray such as 2.60.0")
    .default("2.60.0")
    .meta({ description: "Version of Ray that every member gets, 2.54.0 or newer", example: "2.60.0" }),
  python: matching(/^3\.\d+(\.\d+)?$/, 'a version of Python such as "3.11" or "3.11.2"')
    .optional()
    .meta({
      description: "Python that it gets. Ray refuses members whose Python differs, be it in the last number",
      absent: "the node's own `python3`",
      example: "3.11.2",
    }),
  head: memberSchema.meta({ description: "Where the cluster is led from; called `<cluster>-head`" }),
  workers: list("a list of groups of workers", groupSchema)
    .prefault([])
    .meta({ description: "The other members. No two members of a cluster share a node" }),
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
  };
}
