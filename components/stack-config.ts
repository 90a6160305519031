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
  const value = { config: Object.fromEntries(ours.map(([key, text]) => [key, structured(text)])) };
  return readShape(Source.given(`stack ${pulumi.getStack()}`, value), stackSchema).config;
}

/** The engine gives maps as JSON. */
function structured(text: string): unknown {
  if (!text.startsWith("{")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
