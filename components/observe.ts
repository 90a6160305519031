import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { readFacts } from "../topology/facts";
import type { Observed } from "../topology/observed";
import { defaultFactsFile, stackFiles, stackNames } from "../topology/stack-files";
import { combineObservations, type OtherStack } from "./combine-observations";
import { type Decision, readDecision } from "./decision";
import { stackConfig } from "./stack-config";

/**
 * What was there before this run, read once before anything is decided: this stack's own last placements, what the other
 * stacks in `stacks/` hold on the same cluster, and the snapshot of facts. All optional; no machine is contacted.
 */
export async function observe(): Promise<Observed> {
  const config = stackConfig();
  const stack = pulumi.getStack();
  const factsFile = config["berth:facts"] ?? defaultFactsFile(stack);
  const snapshot = existsSync(factsFile) ? readFacts(factsFile) : undefined;
  const [own, others] = await Promise.all([decisionIn(stack), otherStacks(stack, config["berth:cluster"])]);
  return combineObservations({ stack, own, others, snapshot, now: new Date() });
}

/** The last decision of a stack that exists. */
async function decisionIn(stack: string): Promise<Decision | undefined> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
  const { value } = await new pulumi.StackReference(`observed-${stack}`, { name }).getOutputDetails("plan");
  return readDecision(value);
}

/** Those in `stacks/` whose file names the same cluster and that the back end knows. */
async function otherStacks(own: string, cluster: string): Promise<OtherStack[]> {
  const neighbours = stackNames().filter((name) => name !== own && stackFiles(name).cluster === cluster);
  if (neighbours.length === 0) return [];
  const known = (await knownStacks()).filter(({ name }) => neighbours.includes(name));
  return Promise.all(
    known.map(async ({ name, lastUpdate, resourceCount }) => {
      return { name, lastUpdate, decision: resourceCount ? await decisionIn(name) : undefined };
    }),
  );
}

interface KnownStack {
  readonly name: string;
  readonly lastUpdate?: string;
  readonly resourceCount?: number;
}

/** A reference to a stack that the back end does not know fails the update, so it is asked first. */
async function knownStacks(): Promise<KnownStack[]> {
  const args = ["stack", "ls", "--json", "--project", pulumi.getProject(), "--non-interactive"];
  try {
    return JSON.parse((await promisify(execFile)("pulumi", args)).stdout);
  } catch (error) {
    await pulumi.log.warn(
      `what other stacks hold is not known: pulumi stack ls failed: ${(error as Error).message}`,
    );
    return [];
  }
}
