import { readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { z } from "zod";
import { ConfigError } from "../topology/config-error";
import { didYouMean } from "../topology/did-you-mean";
import type { TopologyFiles } from "../topology/load-topology";
import { readShape } from "../topology/read-shape";
import { Source } from "../topology/source";

const project = join(__dirname, "..");
const path = z.string("the path of a file, from the project's directory");

// Loose: the rest of a stack file is Pulumi's and other programs'.
const stackSchema = z.looseObject(
  {
    config: z.looseObject(
      { "berth:cluster": path, "berth:scenario": path, "berth:connections": path.optional() },
      "a map with berth:cluster and berth:scenario",
    ),
  },
  "a map with config",
);

/**
 * The files a stack is made of, as paths from here. Throws ConfigError for a stack that does not exist.
 * @param configFile stack file to read instead of the one in stacks/, as in `pulumi --config-file`
 */
export function stackFiles(stack: string, configFile?: string): TopologyFiles {
  if (configFile !== undefined) return filesIn(configFile);
  const known = stackNames();
  if (!known.includes(stack))
    throw new ConfigError([`berth: no stack "${stack}"${didYouMean(stack, known)}`]);
  return filesIn(fromHere(join("stacks", `Pulumi.${stack}.yaml`)));
}

function filesIn(stackFile: string): TopologyFiles {
  const { config } = readShape(Source.read(stackFile), stackSchema);
  const connections = config["berth:connections"];
  return {
    cluster: fromHere(config["berth:cluster"]),
    scenario: fromHere(config["berth:scenario"]),
    ...(connections !== undefined && { connections: fromHere(connections) }),
  };
}

function stackNames(): string[] {
  const files = readdirSync(join(project, "stacks"));
  return files.flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []).sort();
}

function fromHere(file: string): string {
  return relative(process.cwd(), resolve(project, file));
}
