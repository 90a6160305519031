import { z } from "zod";
import { type Token, tokens } from "./token";

const text = (description: string) => z.string().meta({ description });
const bytes = (description: string) =>
  z
    .int()
    .min(0)
    .meta({ description: `${description}, in bytes` });
const whole = (description: string) => z.int().min(0).meta({ description });
const yes = (description: string) => z.boolean().meta({ description });
const points = (description: string) => z.number().min(0).max(100).meta({ description });

const parts = z
  .object({
    ram: points("How well the RAM it takes suits what is free; at most 30"),
    load: points("How many slots are free; at most 20"),
    gpu: points("A GPU for those who want one, GPU nodes kept free of those who do not; at most 15"),
    affinity: points("Instances it likes that are already there, 10 each; at most 25"),
    preferred: points("`preferred_node` is this one; at most 10"),
  })
  .meta({ description: "The score's parts" });

const reasons = z
  .array(
    z.object({
      node: text("The node that refused"),
      token: z.enum(Object.keys(tokens) as [Token, ...Token[]]).meta({
        description: "A fixed word, see [below](#tokens)",
      }),
      kind: z.enum(["rule", "full"]).meta({
        description:
          "rule: an empty node would refuse too, or a rule of yours says so; full: others hold what it needs",
      }),
      need: text("What the instance needs, where it can be said in a few words").optional(),
      have: text("What the node has of it").optional(),
      text: text("The reason as a sentence"),
    }),
  )
  .meta({ description: "Why nodes did not take it, by node" });

const decidedBy = z
  .enum([
    "preferred node",
    "GPU part",
    "smaller node",
    "name",
    "stays",
    "all together",
    "made room",
    "packed",
  ])
  .meta({
    description:
      "What decided against it where its score does not. With the winner's score, in this order: preferred node, GPU part, " +
      "smaller node, name. stays: the instance runs where it is. all together: others gain more, proven. made room: passed " +
      "over so that all have a place, not proven to be needed. packed: passed over, as all are placed close together",
  });

const placement = z.object({
  instance: text("The instance's id"),
  turn: whole("When it was decided, from 1: scores depend on what was already placed"),
  node: text("The node it gets"),
  score: points("That node's score, of 100"),
  parts,
  manual: yes("Whether the scenario's `placement:` named the node"),
  stays: yes("Whether it ran there before"),
  was: text("The node it ran on before, when it moves").optional(),
  why: text("Why it moves").optional(),
  wasOnGpu: yes("Whether it was on the GPU; only when that changes although it stays").optional(),
  hints: text("Its own wishes; when they change it is decided anew. Opaque: compare, do not parse"),
  port: whole("Its port, with `network: peers`; of a member of a Ray cluster the first of its 64").optional(),
  ray: z
    .object({
      cluster: text("The Ray cluster"),
      role: z.enum(["head", "worker"]).meta({ description: "What it is in it" }),
      heapBytes: bytes("RAM for tasks and actors"),
      objectStoreBytes: bytes("RAM for objects"),
      ownBytes: bytes("RAM for Ray's own processes"),
      sidecarBytes: bytes("RAM for the autoscaler in a head's pod").optional(),
      cpus: whole("CPUs that Ray schedules on it"),
      gpus: whole("GPUs that Ray schedules on it"),
    })
    .optional()
    .meta({ description: "Only of a member of a Ray cluster" }),
  launcher: z
    .literal("kuberay")
    .optional()
    .meta({ description: "Only of a pod: the plan says that it fits, and kube-scheduler decides" }),
  takes: z
    .object({
      ramBytes: bytes("RAM; on unified memory the GPU memory is in it"),
      gpuMemoryBytes: bytes("GPU memory, of all its GPUs together; 0 on the CPU"),
      cpuCores: z
        .number()
        .min(0)
        .optional()
        .meta({ description: "Cores that are kept for it; missing: none" }),
      gpus: z
        .number()
        .min(0)
        .optional()
        .meta({ description: "GPUs: whole ones, or a share of one; missing: no share, or on the CPU" }),
      slots: z
        .literal(0)
        .optional()
        .meta({ description: "It takes nothing of `max_instances`; missing: one" }),
    })
    .meta({ description: "What it takes of the node" }),
  onGpu: yes("Whether it runs on the GPU"),
  gpuDevices: z.array(z.int().min(0)).optional().meta({
    description: "Its GPUs by index; only where the node has several or it says how many `gpus` it takes",
  }),
  wasGpuDevices: z
    .array(z.int().min(0))
    .optional()
    .meta({ description: "Its GPUs before; only when they change although it stays" }),
  others: z
    .array(
      z.object({
        node: text("The node"),
        score: points("Its score at that turn"),
        parts,
        decidedBy: decidedBy.optional(),
      }),
    )
    .meta({ description: "The nodes that would also have worked, best first" }),
  reasons,
});

const node = z.object({
  node: text("The node's name"),
  status: z.enum(["HEALTHY", "DEGRADED", "MAINTENANCE", "UNAVAILABLE", "GONE"]).meta({
    description: "As the cluster file, the facts and `./berth gone` have it; only HEALTHY takes new work",
  }),
  statusReason: text("Why, where the facts say so").optional(),
  ramBytes: bytes("RAM it is declared with"),
  reservedBytes: bytes("RAM kept for the operating system"),
  coTenantBytes: bytes("RAM that co-tenants hold"),
  placedBytes: bytes("RAM that this plan gives out"),
  others: z
    .array(
      z.object({
        stack: text("The other stack"),
        instances: whole("How many of its instances are there"),
        ramBytes: bytes("RAM they hold"),
        gpuMemoryBytes: bytes("GPU memory they hold"),
      }),
    )
    .meta({ description: "What other stacks hold there" }),
  unifiedMemory: yes("Whether the GPU's memory is part of the RAM"),
  gpuMemoryBytes: bytes("GPU memory it is declared with, of all its GPUs together"),
  gpuCoTenantBytes: bytes("GPU memory that co-tenants hold"),
  gpuPlacedBytes: bytes("GPU memory that this plan gives out"),
  gpus: whole("How many GPUs it has; only with more than one").optional(),
  cpu: z
    .object({
      cores: whole("Cores it is declared with"),
      held: z.number().min(0).meta({ description: "Cores that are given out, by this plan and others" }),
    })
    .optional()
    .meta({ description: "Its cores; only where some are given out" }),
  instances: whole("Instances of this plan on it"),
  maxInstances: whole("Instances it takes at one time, of all stacks"),
  slots: whole("Of these so many are taken; only where some instances take none").optional(),
  headroomLimitBytes: bytes("What may be held at most, so that the required headroom stays free"),
  live: z
    .object({
      availableBytes: bytes("RAM that was available when the machine was asked"),
      expectedBytes: bytes("RAM that was to be free then: declared, without what was known to be held"),
    })
    .optional()
    .meta({ description: "Live memory, where the facts know it; it decides nothing" }),
  advice: z.array(z.string()).meta({ description: "Sentences about what is allowed but not advised" }),
});

/** The plan for machines: what `./berth plan --json` prints. Its reference and JSON Schema are made from this. */
export const planJsonSchema = z.object({
  version: z
    .literal(1)
    .meta({ description: "Of this schema. Another one when a field changes its meaning or goes" }),
  scenario: text("The scenario's name"),
  cluster: text("The cluster's name"),
  placements: z.array(placement).meta({ description: "The instances that have a place, by id" }),
  unplaced: z
    .array(
      z.object({
        instance: text("The instance's id"),
        turn: whole("When it was its turn"),
        reasons,
      }),
    )
    .meta({ description: "The instances that have none, by id. Not empty: nothing is started" }),
  nodes: z.array(node).meta({ description: "What each node holds once everything is placed, by name" }),
  method: z.enum(["greedy", "exact", "repaired", "packed"]).meta({
    description:
      "greedy: one after the other to its best node; exact: proven to be the best of all placements; repaired: all " +
      "placed, and how far from the best that may be is the gap; packed: close together, as the scenario's strategy says",
  }),
  gap: z
    .object({
      moves: whole("So many moves fewer are not ruled out"),
      scorePercent: z.number().min(0).meta({
        description:
          "A sum of scores that is higher by so many percent of the best that might be is not ruled out",
      }),
    })
    .optional()
    .meta({ description: "What a better placement might have; only of what is repaired" }),
  packingGap: z
    .object({
      moves: whole("So many moves fewer are not ruled out"),
      withoutGpu: whole("So many fewer without the GPU that they would prefer are not ruled out"),
      blocksPercent: z
        .number()
        .min(0)
        .optional()
        .meta({
          description:
            "Nodes left empty that are worth more by so many percent of the best that might be are not ruled out: a node counts " +
            "1, its GPU 1 more and its room up to 1 more. Missing: the plan is too large to say",
        }),
    })
    .optional()
    .meta({ description: "What a closer packing might have; only of what is packed" }),
  conflict: z
    .object({
      proven: yes("Whether it is certain that no full placement exists"),
      claim: z
        .enum(["smallest", "irreducible", "some"])
        .optional()
        .meta({
          description:
            "What is known of the instances: smallest: no fewer conflict; irreducible: none of them can be left out; some: they " +
            "conflict, perhaps fewer of them do. Missing without a proof",
        }),
      instances: z.array(z.string()).meta({
        description: "Instances that do not fit together, by id; empty without a proof",
      }),
      text: text("A sentence about them"),
      help: z
        .array(z.string())
        .meta({ description: "What would help, each by itself, the most useful first" }),
    })
    .optional()
    .meta({ description: "What stands against a full placement; only with `unplaced`" }),
  factsAgeSeconds: whole("How old the facts are; missing: no machine was asked").optional(),
});

export type PlanJson = z.output<typeof planJsonSchema>;
