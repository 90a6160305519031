import type { Command } from "commander";
import { addVerb, stackArgument, type Verb } from "./add-verb";

/** The verbs that are Pulumi's, in its own words and with its own exit status. */
export function addPulumiVerbs(program: Command): void {
  addVerb(program, {
    ...pulumiVerb("preview"),
    description: "show what `up` would do, and why, under the policies; contacts nobody",
    exitStatus:
      "pulumi's own, 0 when nothing stands against it, not 0 when a policy does or not all is placed; 2 bad input",
    examples: ["preview hive-cluster", "preview hive-cluster -- --diff"],
  });
  addVerb(program, {
    ...pulumiVerb("up"),
    description:
      "make it so, under the policies; first clears the lock of an update that was killed on this machine",
    options: [yes],
    exitStatus:
      "pulumi's own, 0 when everything runs; 2 bad input. Ctrl-C ends in order; the same again goes on",
    examples: ["up hive-cluster", "up hive-cluster --yes -- --skip-preview"],
  });
  addVerb(program, {
    ...pulumiVerb("destroy"),
    description: "end everything, and leave nothing but logs and results; clears such a lock, too",
    options: [yes],
    exitStatus: "pulumi's own, 0 when nothing is left; 2 bad input",
    examples: ["destroy hive-cluster", "destroy hive-cluster --yes -- --continue-on-error"],
  });
}

const yes = ["--yes", "do it without asking"] as const;

function pulumiVerb(name: "preview" | "up" | "destroy") {
  return {
    name,
    args: [stackArgument, ["[pulumi-args...]", "after  --  whatever pulumi takes, as it is"]],
    json: "what happens, for machines: one event of Pulumi's a line, policyEvent among them",
    run: (stack, more, options) =>
      (require("../run-pulumi") as typeof import("../run-pulumi")).runPulumi(name, stack, options, more),
    // biome-ignore lint/suspicious/noExplicitAny: commander knows the arguments at run time only
  } satisfies Partial<Verb<any[]>>;
}
