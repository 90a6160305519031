import { z } from "zod";
import {
  choice,
  flag,
  line,
  matching,
  name,
  scalarText,
  section,
  size,
  sizeOrZero,
  wholeNumber,
} from "./fields";

const gpuWishes = ["required", "preferred", "none"] as const;

export type GpuWish = (typeof gpuWishes)[number];

/** One running copy of an experiment. */
export interface Instance {
  /** `historian`, or `worker-0`, `worker-1` … where `count` is written. */
  id: string;
  /** JSON file of the experiment, relative to the code's directory. */
  configPath?: string;
  ramBytes: number;
  gpu: GpuWish;
  gpuMemoryBytes: number;
  preferredNode?: string;
  /** Ids it likes to share a node with. */
  affinity: string[];
  /** Ids it never shares a node with; it binds both ways. */
  antiAffinity: string[];
  network: "isolated" | "peers";
  env: Record<string, string>;
  command: string[];
  restart: { policy: "on-failure" | "never"; attempts: number; backoffSeconds: number };
}

const names = z
  .array(name, "a list of instance names")
  .default([])
  .describe("a group's name means all its ordinals");

const environmentName = matching(
  /^(?!BERTH_)[A-Za-z_][A-Za-z0-9_]*$/,
  "a name of letters, digits and '_' that does not start with BERTH_",
);

export const instanceSchema = section("a map that describes an instance", {
  instance_id: name,
  count: wholeNumber(1, 1000).optional().describe("that many copies, called <instance_id>-0, -1 …"),
  experiment_config_path: matching(
    /^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\p{Cc}]+$/u,
    "a path inside the code's directory",
  ).optional(),
  ram_gb: size,
  gpu: choice(gpuWishes).optional().describe("default none"),
  gpu_required: flag.optional().describe("the older way to write gpu: required | none"),
  gpu_memory_gb: sizeOrZero.default(0),
  preferred_node: name.optional(),
  affinity: names,
  anti_affinity: names,
  network: choice(["isolated", "peers"]).default("isolated"),
  env: z.record(environmentName, scalarText, "a map of variable to text").default({}),
  command: z
    .array(line("text on one line"), 'a list of words such as ["python3", "main.py"]')
    .min(1, "at least one word")
    .default(["python3", "main.py"]),
  restart: section("a map with policy, attempts and backoff_seconds", {
    policy: choice(["on-failure", "never"]).default("on-failure"),
    attempts: wholeNumber(0, 1000).default(3),
    backoff_seconds: wholeNumber(0, 3600).default(1),
  }).prefault({}),
});

export type WrittenInstance = z.output<typeof instanceSchema>;

/** The ids an entry stands for: itself, or its ordinals. */
export function idsOf(written: WrittenInstance): string[] {
  if (written.count === undefined) return [written.instance_id];
  return Array.from({ length: written.count }, (_, ordinal) => `${written.instance_id}-${ordinal}`);
}

export function gpuWishOf(written: WrittenInstance): GpuWish {
  return written.gpu ?? (written.gpu_required ? "required" : "none");
}

/**
 * The copies an entry stands for.
 * @param resolve the ids behind a name in affinity and anti_affinity: a group's name means all its ordinals
 */
export function toInstances(written: WrittenInstance, resolve: (name: string) => string[]): Instance[] {
  const affinity = written.affinity.flatMap(resolve);
  const antiAffinity = written.anti_affinity.flatMap(resolve);
  return idsOf(written).map((id) => ({
    id,
    ...(written.experiment_config_path && { configPath: written.experiment_config_path }),
    ramBytes: written.ram_gb,
    gpu: gpuWishOf(written),
    gpuMemoryBytes: written.gpu_memory_gb,
    ...(written.preferred_node && { preferredNode: written.preferred_node }),
    affinity: others(affinity, id),
    antiAffinity: others(antiAffinity, id),
    network: written.network,
    env: written.env,
    command: written.command,
    restart: {
      policy: written.restart.policy,
      attempts: written.restart.attempts,
      backoffSeconds: written.restart.backoff_seconds,
    },
  }));
}

// An entry may name its own group (to spread its ordinals, or to keep them together).
function others(ids: string[], own: string): string[] {
  return [...new Set(ids)].filter((id) => id !== own);
}
