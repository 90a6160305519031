import { z } from "zod";
import { line, list, mostGpus, name, section, size, sizeFrom, sizeOrZero, wholeNumber } from "./fields";

const ownSizes = {
  heap_gb: size.optional().meta({
    description: "RAM for tasks and actors of this member; Ray schedules by it, the node holds them to it",
    absent: "what `memory_gb` leaves beside the object store and Ray itself",
    example: 4,
  }),
  memory_gb: size.optional().meta({
    description:
      "All RAM that this member takes, in the place of `heap_gb`; of a pod: its limit, and what is kept for it",
    absent: "`heap_gb`, the object store and Ray's own (0.8 GB of a head, 0.45 GB of a worker)",
    example: 16,
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

/** One of the two says how large it is; that it is only one is said where files are compared. */
const checkSize = z.core._check<Record<string, unknown>>(
  ({ value, issues }) => {
    if (value.heap_gb !== undefined || value.memory_gb !== undefined) return;
    const message = "a size in GB from 0.001 to 100000, or memory_gb";
    issues.push({ code: "invalid_type", expected: "number", input: undefined, path: ["heap_gb"], message });
  },
  { when: ({ value }) => typeof value === "object" && value !== null },
);

/** `checkSize` for editors. */
const sizeSchema = { if: { required: ["heap_gb"] }, else: { required: ["memory_gb"] } };

const headAllowed = "a map with heap_gb or memory_gb, and object_store_gb";

/** The head of a Ray cluster. */
export const memberSchema = section(headAllowed, ownSizes)
  .check(checkSize)
  .meta({ allowed: headAllowed, ...sizeSchema });

const groupAllowed = "a map that describes a group of workers";

/** Workers that are alike. */
const groupSchema = section(groupAllowed, {
  name: name.meta({
    description: "Its members are called `<cluster>-<name>-0`, `<cluster>-<name>-1` …",
    example: "cpu",
  }),
  count: wholeNumber(1, 1000).default(1).meta({
    description: "So many workers, over SSH each on a node of its own; with `min` and `max` so many at first",
    example: 3,
  }),
  min: wholeNumber(0, 1000).optional().meta({
    description: "Fewest that Ray's autoscaler leaves; only with `launcher: kuberay`",
    absent: "`count`",
    example: 0,
  }),
  max: wholeNumber(1, 1000).optional().meta({
    description: "Most that the autoscaler makes: room is kept for so many; only with `launcher: kuberay`",
    absent: "`count`",
    example: 4,
  }),
  ...ownSizes,
})
  .check(checkSize)
  .meta({ allowed: groupAllowed, ...sizeSchema });

/** Groups of workers. */
export const groupsSchema = list("a list of groups of workers", groupSchema);

export type WrittenMember = z.output<typeof memberSchema>;
export type WrittenGroup = z.output<typeof groupSchema>;

/** Fewest and most workers of a group whose number the autoscaler decides; undefined: it is fixed. */
export function scaleOf({ count, min, max }: WrittenGroup): { min: number; max: number } | undefined {
  return min === undefined && max === undefined ? undefined : { min: min ?? count, max: max ?? count };
}
