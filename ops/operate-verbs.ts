import type { Command } from "commander";
import { addVerb, stackArgument } from "./add-verb";

/** The verbs for what the files say, what runs, and the machines themselves. */
export function addOperateVerbs(program: Command): void {
  addVerb(program, {
    name: "validate",
    description: "check every file of a stack, or of all stacks, and name every mistake; contacts nobody",
    args: [["[stack]", "a stack of stacks/; none: all of them"]],
    json: "the mistakes for machines",
    exitStatus: "0 no mistake, 2 one or bad input",
    examples: ["validate hive-cluster", "validate --json"],
    run: (stack, options) => (require("./validate") as typeof import("./validate")).validate(stack, options),
  });
  addVerb(program, {
    name: "why",
    description:
      "why an instance is or is not planned on a node, and what would have to change; contacts nobody",
    args: [
      stackArgument,
      ["<instance>", "an instance of its scenario, such as critic"],
      ["<node>", "a node of its cluster, such as rpi1"],
    ],
    json: "the reasons for machines, in the words of docs/reference/plan.md",
    exitStatus: "0 it is there, or would be when placed by hand; 1 something stands against it; 2 bad input",
    examples: ["why hive-cluster critic rpi1", "why hive-cluster pessimist host --json"],
    run: (stack, instance, node, options) =>
      (require("./why") as typeof import("./why")).why(stack, instance, node, options),
  });
  addVerb(program, {
    name: "health",
    alias: "facts",
    description: "ask the machines how they are and who holds what there; the next preview reads the answers",
    args: [stackArgument],
    options: [
      [
        "--grace <seconds>",
        "how long a silent node is still degraded, instead of the cluster's grace_seconds",
      ],
    ],
    json: "the answers for machines",
    exitStatus:
      "0 all nodes are healthy or in maintenance, and all that should run there does; 1 otherwise; 2 bad input",
    examples: ["health hive-cluster", "health hive-cluster --grace 0 && ./berth preview hive-cluster"],
    run: (stack, options) => (require("./health") as typeof import("./health")).health(stack, options),
  });
}
