import type { z } from "zod";
import {
  dictionary,
  environmentName,
  filledList,
  line,
  name,
  scalarText,
  section,
  wholeNumber,
} from "./fields";

/** A program that runs on a Ray cluster once, to its end. */
export interface RayJob {
  name: string;
  cluster: string;
  command: string[];
  env: Record<string, string>;
  /** Of all attempts together. */
  timeoutSeconds: number;
  /** How often it is submitted at most; again only when the cluster was lost under it. */
  attempts: number;
}

export const rayJobSchema = section("a map that describes a Ray job", {
  name: name.meta({
    description: "Its name: of its log, result and checkpoints on the head's node, too",
    example: "pipeline",
  }),
  cluster: name.meta({ description: "The Ray cluster of this file that it runs on", example: "mind" }),
  command: filledList(
    'a list of words such as ["python", "-m", "main"]',
    line("text on one line"),
    "at least one word",
  ).meta({
    description:
      "Its program, started in the code's directory without a shell; `python` is the cluster's own. `ray.init()` without an " +
      "address joins the cluster",
    example: ["python", "-m", "main"],
  }),
  env: dictionary("a map of variable to text", environmentName, scalarText)
    .prefault({})
    .meta({ description: "Environment variables of its program", example: { SEED: 42 } }),
  timeout_seconds: wholeNumber(1, 604_800).default(3600).meta({
    description: "Seconds after which it is stopped and counts as failed, all attempts together",
    example: 600,
  }),
  attempts: wholeNumber(1, 100).default(3).meta({
    description:
      "How often it is submitted at most: again when the cluster was lost under it, never when the program itself fails",
    example: 1,
  }),
});

export type WrittenRayJob = z.output<typeof rayJobSchema>;

export function toRayJob(written: WrittenRayJob): RayJob {
  return {
    name: written.name,
    cluster: written.cluster,
    command: written.command,
    env: written.env,
    timeoutSeconds: written.timeout_seconds,
    attempts: written.attempts,
  };
}
