import type { Command } from "commander";
import { addVerb, stackArgument } from "./add-verb";

/** The verbs for what the files say and what is decided from them; they start nothing and contact nobody. */
export function addPlanVerbs(program: Command): void {
  addVerb(program, {
    name: "plan",
    description: "decide which node each instance gets, and say why; starts nothing",
    args: [["[stack]", "a stack of stacks/, such as hive-cluster"]],
    options: [
      ["--cluster <file>", "cluster file, instead of a stack"],
      ["--scenario <file>", "scenario file, instead of a stack"],
      ["--connections <file>", "how to reach the nodes, where that differs from the cluster file"],
      ["--html <file>", "also as a page with a picture, which needs nothing but itself"],
      ["--svg <file>", "also as a picture"],
    ],
    json: "the plan for machines; docs/reference/plan.md says what is in it",
    exitStatus: "0 all placed, 1 not all placed, 2 bad input",
    examples: [
      "plan hive-cluster",
      "plan --cluster stacks/clusters/brain-in-jar.yaml --scenario my-scenario.yaml --json",
    ],
    run: (stack, options) => (require("../plan") as typeof import("../plan")).plan(stack, options),
  });
  addVerb(program, {
    name: "validate",
    description: "check every file of a stack, or of all stacks, and name every mistake; contacts nobody",
    args: [["[stack]", "a stack of stacks/; none: all of them"]],
    json: "the mistakes for machines",
    exitStatus: "0 no mistake, 2 one or bad input",
    examples: ["validate hive-cluster", "validate --json"],
    run: (stack, options) =>
      (require("../validate") as typeof import("../validate")).validate(stack, options),
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
      (require("../why") as typeof import("../why")).why(stack, instance, node, options),
  });
  addVerb(program, {
    name: "nixos",
    description: "print a NixOS module for the Ray members that a stack has on a node; starts nothing",
    args: [
      ["<stack>", "a stack of stacks/, such as cognition"],
      ["<node>", "a node of its cluster, such as rpi1"],
    ],
    note: "Where a machine starts its services by its own configuration, instead of  ./berth up. docs/ray.md says what to add to it.",
    exitStatus: "0 printed, 1 not all placed, 2 bad input",
    examples: ["nixos cognition rpi1 > ray.nix"],
    run: (stack, node, { configFile }) =>
      (require("../nixos") as typeof import("../nixos")).nixos(stack, node, configFile),
  });
}
