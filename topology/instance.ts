import type { z } from "zod";
import { type Checkpoint, checkpointSchema, toCheckpoint } from "./checkpoint";
import {
  choice,
  cores,
  dictionary,
  environmentName,
  filledList,
  flag,
  gpuAmount,
  line,
  list,
  matching,
  name,
  scalarText,
  section,
  size,
  sizeOrZero,
  wholeNumber,
} from "./fields";
import type { Launcher } from "./ray-cluster";
import type { RayMember } from "./ray-members";

const networks = ["open", "peers", "isolated"] as const;
const gpuWishes = ["required", "preferred", "none"] as const;

export type GpuWish = (typeof gpuWishes)[number];
export type Network = (typeof networks)[number];

/** One running copy of an experiment. */
export interface Instance {
  /** `historian`, or `worker-0`, `worker-1` … where `count` is written. */
  id: string;
  /** JSON file of the experiment, relative to the code's directory. */
  configPath?: string;
  ramBytes: number;
  /** Cores that are kept for it on nodes that declare theirs; fractions are counted to the thousandth. */
  cpuCores: number;
  gpu: GpuWish;
  /** Whole GPUs, or a share of one, counted to the thousandth. 0: it shares a GPU as far as memory goes. */
  gpus: number;
  /** Undefined: any. */
  gpuModel?: string;
  /** Of each GPU it gets. */
  gpuMemoryBytes: number;
  /** What it takes of `max_instances`. */
  slots: 0 | 1;
  preferredNode?: string;
  /** Ids it likes to share a node with. */
  affinity: string[];
  /** Ids it never shares a node with; it binds both ways. */
  antiAffinity: string[];
  network: Network;
  env: Record<string, string>;
  command: string[];
  restart: {
    policy: "on-failure" | "never";
    attempts: number;
    intervalSeconds: number;
    backoffSeconds: number;
  };
  /** What it is asked for before it is ended, and takes along when it moves. Undefined: nothing. */
  checkpoint?: Checkpoint;
  /** Only of a member of a Ray cluster, whose command the node knows. */
  ray?: RayMember;
  /** Undefined: `ssh`. Of `kuberay` it is a pod. */
  launcher?: Launcher;
  /** The only node it may be on: a rule, not a wish. Undefined: any. */
  boundTo?: string;
}

const names = list("a list of instance names", name).default([]);

export const instanceSchema = section("a map that describes an instance", {
  instance_id: name.meta({
    description: "Its name: in plans, hints and messages, and of its log on the node",
    example: "historian",
  }),
  count: wholeNumber(1, 1000).optional().meta({
    description: "So many copies, called `<instance_id>-0`, `<instance_id>-1` …",
    absent: "one, called `<instance_id>`",
    example: 4,
  }),
  experiment_config_path: matching(
    /^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\p{Cc}]+$/u,
    "a path inside the code's directory",
  )
    .optional()
    .meta({
      description:
        "JSON file of the experiment, from the code's directory; the program finds its path in `BERTH_CONFIG`",
      absent: "no config",
      example: "configs/historian.json",
    }),
  ram_gb: size.meta({ description: "RAM it takes; the node stops it when it takes more", example: 12 }),
  cpu_cores: cores.prefault(0).meta({
    description:
      "Cores that are kept for it where the node declares its own; nothing holds its program back from using more",
    example: 2,
  }),
  gpu: choice(gpuWishes).optional().meta({
    description: "required: only where a GPU is free; preferred: there if possible, else on the CPU",
    absent: "`required` with `gpus`, else `none`",
    example: "preferred",
  }),
  gpu_required: flag.optional().meta({
    description: "The older way to write `gpu`: true is required, false is none",
    absent: "`gpu` decides",
    example: true,
  }),
  gpus: gpuAmount.prefault(0).meta({
    description:
      "GPUs it takes where it gets one: so many whole ones, or a share of one. With `0` it shares one with anybody, as far as GPU memory goes",
    example: 0.5,
  }),
  gpu_model: line("text on one line").optional().meta({
    description: "The only model of GPU it runs on, as the node's `gpu_model` says it",
    absent: "any",
    example: "A100",
  }),
  gpu_memory_gb: sizeOrZero.prefault(0).meta({
    description: "GPU memory it takes where it gets a GPU; with several GPUs: of each",
    example: 8,
  }),
  preferred_node: name.optional().meta({
    description: "The node it likes best: ten points more for that one, never a must",
    absent: "no preference",
    example: "rpi1",
  }),
  affinity: names.meta({
    description: "Instances it likes to share a node with; a group's name means all its copies",
    example: ["subject"],
  }),
  anti_affinity: names.meta({
    description:
      "Instances it never shares a node with; binds both ways. A group's own name spreads its copies",
    example: ["split_brain_A"],
  }),
  network: choice(networks).default("open").meta({
    description:
      "open: the node's network; peers: that, a port, and the addresses of the other peers in the file `BERTH_PEERS`; isolated: a network of its own without a way out, refused where the node's kernel has none for its login",
    example: "peers",
  }),
  env: dictionary("a map of variable to text", environmentName, scalarText)
    .prefault({})
    .meta({ description: "Environment variables of its program", example: { SEED: 42 } }),
  command: filledList(
    'a list of words such as ["python3", "main.py"]',
    line("text on one line"),
    "at least one word",
  )
    .default(["python3", "main.py"])
    .meta({
      description: "Its program, started in the code's directory without a shell",
      example: ["./run"],
    }),
  restart: section("a map with policy, attempts, interval_seconds and backoff_seconds", {
    policy: choice(["on-failure", "never"])
      .default("on-failure")
      .meta({ description: "Whether it is started again after it failed", example: "never" }),
    attempts: wholeNumber(0, 1000)
      .default(3)
      .meta({ description: "Restarts within `interval_seconds` before it counts as failed", example: 10 }),
    interval_seconds: wholeNumber(1, 604_800).default(1800).meta({
      description:
        "Only restarts of the last so many seconds count: what fails more rarely always comes back",
      example: 600,
    }),
    backoff_seconds: wholeNumber(0, 3600).default(1).meta({
      description: "Seconds before the first restart, doubled with each that still counts, up to 60",
      example: 5,
    }),
  })
    .prefault({})
    .meta({ description: "What happens when its program fails" }),
  checkpoint: checkpointSchema.optional().meta({
    description:
      "Before Berth ends it (a move, an edit, a drain), it is asked to write what it goes on from; when it moves, that goes along",
    absent: "it is stopped without, and nothing goes along when it moves",
  }),
});

export type WrittenInstance = z.output<typeof instanceSchema>;

/** The ids an entry stands for: itself, or its ordinals. */
export function idsOf(written: WrittenInstance): string[] {
  if (written.count === undefined) return [written.instance_id];
  return Array.from({ length: written.count }, (_, ordinal) => `${written.instance_id}-${ordinal}`);
}

export function gpuWishOf(written: WrittenInstance): GpuWish {
  return written.gpu ?? ((written.gpu_required ?? written.gpus > 0) ? "required" : "none");
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
    cpuCores: written.cpu_cores,
    gpu: gpuWishOf(written),
    gpus: written.gpus,
    ...(written.gpu_model && { gpuModel: written.gpu_model }),
    gpuMemoryBytes: written.gpu_memory_gb,
    slots: 1,
    ...(written.preferred_node && { preferredNode: written.preferred_node }),
    affinity: others(affinity, id),
    antiAffinity: others(antiAffinity, id),
    network: written.network,
    env: written.env,
    command: written.command,
    restart: {
      policy: written.restart.policy,
      attempts: written.restart.attempts,
      intervalSeconds: written.restart.interval_seconds,
      backoffSeconds: written.restart.backoff_seconds,
    },
    ...(written.checkpoint && { checkpoint: toCheckpoint(written.checkpoint) }),
  }));
}

// An entry may name its own group (to spread its ordinals, or to keep them together).
function others(ids: string[], own: string): string[] {
  return [...new Set(ids)].filter((id) => id !== own);
}
