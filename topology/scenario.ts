import type { z } from "zod";
import { choice, dictionary, flag, line, list, name, section, wholeNumber } from "./fields";
import { type Instance, idsOf, instanceSchema, toInstances } from "./instance";
import { type RayCluster, rayClusterSchema, toRayCluster } from "./ray-cluster";
import { type RayJob, rayJobSchema, toRayJob } from "./ray-job";
import { rayGroups, rayMembers } from "./ray-members";
import { type SharedRayCluster, sharedRayClusterSchema, toSharedRayCluster } from "./shared-ray-cluster";

/** The code that is copied to the nodes. */
export interface Code {
  /** Relative to the working directory; in the file it is relative to the file. */
  localPath: string;
  /** What is left out, as in a .gitignore. */
  exclude: string[];
}

const strategies = ["balanced", "pack"] as const;
export type Strategy = (typeof strategies)[number];

export interface Scenario {
  name: string;
  /** The members of its Ray clusters are among them. */
  instances: Instance[];
  rayClusters: RayCluster[];
  /** Somebody else's, that this scenario only uses. Undefined: none. */
  sharedRayClusters?: SharedRayCluster[];
  /** In the order in which they run where they share a cluster. */
  rayJobs: RayJob[];
  /** Without it nothing is copied: the program already lies in each node's work dir. */
  code?: Code;
  /** Instance id to node name: beats every score, never a hard constraint. */
  placement: Record<string, string>;
  /** Whether `destroy` also removes logs and results. */
  purge: boolean;
  /** Decide anew, as if nothing ran yet. */
  rebalance: boolean;
  /** Whether what runs may move to make room for a newcomer. */
  allowMoves: boolean;
  /** What decides between nodes that fit. */
  strategy: Strategy;
  /** How an update goes through. Undefined: all nodes at once. */
  update?: { maxUnavailable: number };
}

export const scenarioSchema = section("a map with name and instances", {
  name: name.meta({ description: "What plans and messages call it", example: "hive-cluster" }),
  instances: list("a list of instances", instanceSchema).prefault([]).meta({
    description:
      "What runs; may be missing where there are Ray clusters. Their order in the file changes nothing",
  }),
  ray_clusters: list("a list of Ray clusters", rayClusterSchema).prefault([]).meta({
    description: "Ray clusters over the nodes, see [Ray](../ray.md). Their members are instances, too",
  }),
  shared_ray_clusters: list("a list of somebody else's Ray clusters", sharedRayClusterSchema)
    .prefault([])
    .meta({
      description:
        "Ray clusters in Kubernetes that others own, used from another namespace; they are not touched",
    }),
  ray_jobs: list("a list of Ray jobs", rayJobSchema).prefault([]).meta({
    description:
      "Programs that run on them to their end, once all runs; on one cluster one after the other, as they stand here",
  }),
  code: section("a map with local_path", {
    local_path: line("the path of a directory").meta({
      description:
        "Directory that is copied to the nodes, from this file's own directory. Every edit makes a new copy: results belong into `$BERTH_LOG_DIR`, beside the code they vanish with the next edit",
      example: "../../my-code",
    }),
    exclude: list("a list of patterns", line("a pattern"))
      .default(["*.pyc", "__pycache__", ".git", "logs/*"])
      .meta({ description: "What is not copied, as in a .gitignore", example: ["data/", "*.tmp"] }),
  })
    .optional()
    .meta({
      description: "The experiment's program",
      absent: "nothing is copied: it lies on the nodes already",
    }),
  placement: dictionary("a map of instance to node", name, name)
    .default({})
    .meta({
      description: "Instances that go where you say: beats every score, never a hard rule",
      example: { historian: "jetson" },
    }),
  purge: flag
    .default(false)
    .meta({ description: "Whether `destroy` also removes logs and results from the nodes", example: true }),
  rebalance: flag
    .default(false)
    .meta({ description: "Whether everything is decided anew, as if nothing ran yet", example: true }),
  allow_moves: flag
    .default(true)
    .meta({ description: "Whether what runs may move to make room for a newcomer", example: false }),
  strategy: choice(strategies)
    .default("balanced")
    .meta({
      description:
        "What decides between nodes that fit: `balanced` gives each instance its best node by score; `pack` places all of them " +
        "close together and leaves the largest blocks free, nodes with a GPU first. What runs stays with either",
      example: "pack",
    }),
  update: section("a map with max_unavailable", {
    max_unavailable: wholeNumber(1).meta({
      description: "So many instances at most are started at one time, over all nodes",
      example: 1,
    }),
  })
    .optional()
    .meta({ description: "How an update goes through", absent: "all nodes at once" }),
}).meta({ description: "An experiment: what runs and what it needs, as in `stacks/scenarios/*.yaml`" });

export type WrittenScenario = z.output<typeof scenarioSchema>;

/** @param localPath the code's directory, already resolved against the scenario file */
export function toScenario(written: WrittenScenario, localPath: string | undefined): Scenario {
  const ids = idsByName(written);
  return {
    name: written.name,
    instances: [
      ...written.instances.flatMap((entry) => toInstances(entry, (name) => ids.get(name) ?? [])),
      ...written.ray_clusters.flatMap(rayMembers),
    ],
    rayClusters: written.ray_clusters.map(toRayCluster),
    ...(written.shared_ray_clusters.length > 0 && {
      sharedRayClusters: written.shared_ray_clusters.map(toSharedRayCluster),
    }),
    rayJobs: written.ray_jobs.map(toRayJob),
    ...(written.code && localPath && { code: { localPath, exclude: written.code.exclude } }),
    placement: written.placement,
    purge: written.purge,
    rebalance: written.rebalance,
    allowMoves: written.allow_moves,
    strategy: written.strategy,
    ...(written.update && { update: { maxUnavailable: written.update.max_unavailable } }),
  };
}

/** What a name in the file stands for: an instance's id itself, a group's name all its ordinals. */
export function idsByName({ instances, ray_clusters: clusters }: WrittenScenario): Map<string, string[]> {
  const groups = [
    ...instances.map((entry): [string, string[]] => [entry.instance_id, idsOf(entry)]),
    ...clusters.flatMap((cluster) => [...rayGroups(cluster)]),
  ];
  return new Map(
    groups.flatMap(([name, ids]) => [...ids.map((id): [string, string[]] => [id, [id]]), [name, ids]]),
  );
}
