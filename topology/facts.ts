import { z } from "zod";
import { ConfigError } from "./config-error";
import { readShape } from "./read-shape";
import { Source } from "./source";

const wholeNumber = "a whole number ≥ 0";
const count = z.int(wholeNumber).min(0, wholeNumber);

/** What an instance holds on a node, in the words of the node's ledger. */
const holdingSchema = z.object(
  {
    stack: z.string("a stack's name"),
    instance: z.string("an instance's id"),
    /** The stack of Berth's whose pod it is: its state may know of it, by another name. */
    pod_of: z.string("a stack's name").optional(),
    memory_bytes: count,
    gpu_memory_bytes: count,
    /** Missing, as are the next three, from those who have none of their own, or one slot. */
    cpu_cores: z.number("a number ≥ 0").min(0, "a number ≥ 0").optional(),
    gpus: z.number("a number ≥ 0").min(0, "a number ≥ 0").optional(),
    devices: z.array(count, "a list of whole numbers").optional(),
    slots: z.literal(0, "0").optional(),
    port: count.nullable(),
  },
  "a holding",
);

const nodeFactsSchema = z.object(
  {
    status: z.enum(["HEALTHY", "DEGRADED", "UNAVAILABLE"], "HEALTHY, DEGRADED or UNAVAILABLE"),
    // It may be what a machine wrote: nothing in it may move a terminal's cursor.
    reason: z
      .string("a text")
      .transform((text) => text.replace(/\p{Cc}+/gu, " "))
      .optional(),
    memory_available_bytes: count.optional(),
    /** When it was asked in vain for the first time; only while it is silent. */
    silent_since: z.iso.datetime("a time such as 2026-01-31T12:00:00.000Z").optional(),
    /** What Kubernetes lets pods have of the node, taken or not. Missing: it is none of its nodes, or was not asked. */
    allocatable: z
      .object(
        {
          cpu_cores: z.number("a number ≥ 0").min(0, "a number ≥ 0"),
          memory_bytes: count,
          gpus: count,
        },
        "a map with cpu_cores, memory_bytes and gpus",
      )
      .optional(),
    holdings: z.array(holdingSchema, "a list of holdings").default([]),
    /** What a person should know about the node; decides nothing. */
    notes: z.array(z.string("a text"), "a list of texts").optional(),
  },
  "the facts of a node",
);

const snapshotSchema = z.object(
  {
    version: z.literal(1, "1"),
    taken_at: z.iso.datetime("a time such as 2026-01-31T12:00:00.000Z"),
    nodes: z.record(z.string(), nodeFactsSchema, "a map of node name to facts"),
  },
  "a snapshot of facts",
);

/** Health, memory and ledgers of a cluster's nodes at one moment, as `./berth health` writes them. */
export type FactsSnapshot = z.output<typeof snapshotSchema>;
export type NodeFacts = FactsSnapshot["nodes"][string];

/** Reads a snapshot. Throws ConfigError for a file that is none: better no answer than a wrong one. */
export function readFacts(file: string): FactsSnapshot {
  try {
    return readShape(Source.read(file), snapshotSchema);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError([
      ...error.issues,
      `${file}: not a snapshot of facts; write it anew with  ./berth health STACK`,
    ]);
  }
}
