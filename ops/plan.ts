import { existsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { explain } from "../placement/explain";
import { page } from "../placement/page";
import { picture } from "../placement/picture";
import { place } from "../placement/place";
import { toJson } from "../placement/to-json";
import { ConfigError } from "../topology/config-error";
import { withDrainedNodes } from "../topology/drained-nodes";
import { withGoneNodes } from "../topology/gone-nodes";
import { loadTopology } from "../topology/load-topology";
import { defaultDrainedFolder, defaultGoneFolder, stackFiles } from "../topology/stack-files";
import type { Topology } from "../topology/topology";
import { stackTopology } from "./stack/topology";
import { coloured } from "./terminal/coloured";

export interface PlanOptions {
  cluster?: string;
  scenario?: string;
  connections?: string;
  configFile?: string;
  json?: boolean;
  html?: string;
  svg?: string;
}

/** Prints the plan of a stack or of two files. Returns the exit status: 0 all placed, 1 not. Throws ConfigError. */
export async function plan(stack: string | undefined, options: PlanOptions): Promise<number> {
  for (const option of ["html", "svg"] as const) {
    const folder = dirname(options[option] ?? ".");
    if (!existsSync(folder))
      throw new ConfigError([`berth: --${option}: no directory ${folder}; make it, or name another`]);
  }
  const result = await place(topologyOf(stack, options));
  if (options.html) writeFileSync(options.html, page(result));
  if (options.svg) writeFileSync(options.svg, picture(result));
  if (options.json) console.log(JSON.stringify(toJson(result), null, 2));
  else console.log(coloured(explain(result), process.stdout));
  return result.unplaced.length === 0 ? 0 : 1;
}

function topologyOf(stack: string | undefined, options: PlanOptions): Topology {
  const { cluster, scenario, connections, configFile } = options;
  if (stack !== undefined) {
    if (cluster || scenario)
      throw new ConfigError(["berth: name a stack, or --cluster and --scenario, not both"]);
    const files = stackFiles(stack, configFile);
    return stackTopology(stack, connections ? { ...files, connections } : files);
  }
  if (configFile !== undefined) throw new ConfigError(["berth: --config-file is of a stack; name that, too"]);
  if (cluster && scenario)
    return withGoneNodes(
      withDrainedNodes(loadTopology({ cluster, scenario, connections }), defaultDrainedFolder),
      defaultGoneFolder,
    );
  throw new ConfigError([
    "berth: which plan? Name a stack (./berth plan hive-cluster), or --cluster and --scenario",
  ]);
}
