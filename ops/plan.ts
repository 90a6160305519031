import { explain } from "../placement/explain";
import { place } from "../placement/place";
import { toJson } from "../placement/to-json";
import { ConfigError } from "../topology/config-error";
import { loadTopology, type TopologyFiles } from "../topology/load-topology";
import { stackFiles } from "../topology/stack-files";
import { coloured } from "./coloured";

export interface PlanOptions {
  cluster?: string;
  scenario?: string;
  connections?: string;
  json?: boolean;
}

/** Prints the plan of a stack or of two files. Returns the exit status: 0 all placed, 1 not. Throws ConfigError. */
export async function plan(stack: string | undefined, options: PlanOptions): Promise<number> {
  const result = await place(loadTopology(filesOf(stack, options)));
  if (options.json) console.log(JSON.stringify(toJson(result), null, 2));
  else console.log(coloured(explain(result), process.stdout));
  return result.unplaced.length === 0 ? 0 : 1;
}

function filesOf(stack: string | undefined, { cluster, scenario, connections }: PlanOptions): TopologyFiles {
  if (stack !== undefined) {
    if (cluster || scenario)
      throw new ConfigError(["berth: name a stack, or --cluster and --scenario, not both"]);
    const files = stackFiles(stack);
    return connections ? { ...files, connections } : files;
  }
  if (cluster && scenario) return { cluster, scenario, connections };
  throw new ConfigError([
    "berth: which plan? Name a stack (./berth plan hive-cluster), or --cluster and --scenario",
  ]);
}
