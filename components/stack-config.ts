import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { readShape } from "../topology/read-shape";
import { Source } from "../topology/source";
import { stackSchema } from "../topology/stack";

/**
 * What the stack's configuration says in our namespace, from wherever the engine took it. Throws ConfigError for what is missing,
 * malformed or mistyped there; other namespaces are other programs'.
 */
export function stackConfig(): z.output<typeof stackSchema>["config"] {
  const ours = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith("berth:"));
  const value = { config: Object.fromEntries(ours) };
  return readShape(Source.given(`stack ${pulumi.getStack()}`, value), stackSchema).config;
}
