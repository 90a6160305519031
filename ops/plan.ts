import { existsSync, writeFileSync } from "node:fs";
import { combineObservations } from "../components/combine-observations";
import { explain } from "../placement/explain";
import { picture } from "../placement/picture";
import { place } from "../placement/place";
import { toJson } from "../placement/to-json";
import { ConfigError } from "../topology/config-error";
import { readFacts } from "../topology/facts";
import { withGoneNodes } from "../topology/gone-nodes";
import { loadTopology, type TopologyFiles } from "../topology/load-topology";
import type { Observed } from "../topology/observed";
import { defaultGoneFolder, stackFiles } from "../topology/stack-files";
import { coloured } from "./coloured";
import { page } from "./page";

export interface PlanOptions {
  cluster?: string;
  scenario?: string;
  connections?: string;
  json?: boolean;
  html?: string;
  svg?: string;
}

/** Prints the plan of a stack or of two files. Returns the exit status: 0 all placed, 1 not. Throws ConfigError. */
export async function plan(stack: string | undefined, options: PlanOptions): Promise<number> {
  const files = filesOf(stack, options);
  const topology = loadTopology(files, stack === undefined ? undefined : factsOf(stack));
  const gone = stack === undefined ? defaultGoneFolder : stackFiles(stack).gone;
  const result = await place(withGoneNodes(topology, gone));
  if (options.html) writeFileSync(options.html, page(result));
  if (options.svg) writeFileSync(options.svg, picture(result));
  if (options.json) console.log(JSON.stringify(toJson(result), null, 2));
  else console.log(coloured(explain(result), process.stdout));
  return result.unplaced.length === 0 ? 0 : 1;
}

/** What the snapshot of facts tells. What ran before stands in the state, which only Pulumi reads. */
function factsOf(stack: string): Observed {
  const { facts } = stackFiles(stack);
  const snapshot = existsSync(facts) ? readFacts(facts) : undefined;
  return combineObservations({ stack, own: undefined, others: [], snapshot, now: new Date() });
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
