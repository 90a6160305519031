import type { Command } from "commander";
import { addVerb } from "./add-verb";

const machineArguments = [
  ["<node>", "a node of the cluster, such as rpi1"],
  ["[stack]", "a stack of stacks/ with that cluster, where more than one has such a node"],
] as const;
const clusterOption = ["--cluster <file>", "cluster file, instead of a stack"] as const;
const connectionsOption = [
  "--connections <file>",
  "how to reach the nodes, where that differs from the cluster file",
] as const;

/** The verbs that take a machine out of service and back; what they say counts for all stacks of its cluster. */
export function addMachineVerbs(program: Command): void {
  addVerb(program, {
    name: "drain",
    description:
      "take a machine out of service: it takes nothing new, the next updates empty it; previews them",
    args: machineArguments,
    options: [clusterOption, ["--reason <text>", "why; plans and health tell it"]],
    json: "the answer for machines, without previews",
    exitStatus: "0 it is drained, 1 it is, but not everything has another place, 2 bad input",
    examples: ['drain rpi1 hive-cluster --reason "new SD card"', "drain rpi1 && ./berth up hive-cluster"],
    run: (node, stack, options) =>
      (require("../drain") as typeof import("../drain")).drain(node, stack, options),
  });
  addVerb(program, {
    name: "undrain",
    description: "take a drained machine back into service; nothing moves back by itself",
    args: machineArguments,
    options: [clusterOption],
    json: "the answer for machines",
    exitStatus: "0 it is in service, 2 bad input",
    examples: ["undrain rpi1 hive-cluster"],
    run: (node, stack, options) =>
      (require("../undrain") as typeof import("../undrain")).undrain(node, stack, options),
  });
  addVerb(program, {
    name: "gone",
    description: "give a machine up that does not answer any more: updates leave it, destroys pass it",
    args: machineArguments,
    options: [
      clusterOption,
      connectionsOption,
      [
        "--force",
        "although it answers (what runs there goes on unseen; under a watch until its lease is over), or is not in the cluster file any more",
      ],
    ],
    json: "the answer for machines",
    note: "What would have to be deleted there is kept in .berth/gone until it is back. It counts for all stacks of the cluster.",
    exitStatus: "0 it is given up, 1 it still answers, 2 bad input",
    examples: ["gone rpi1", "gone rpi1 hive-cluster && pulumi up --stack hive-cluster"],
    run: (node, stack, options) =>
      (require("../gone") as typeof import("../gone")).gone(node, stack, options),
  });
  addVerb(program, {
    name: "back",
    description:
      "take a machine back that was given up: does what was kept for it, then it may be used again",
    args: machineArguments,
    options: [clusterOption, connectionsOption],
    json: "the answer for machines",
    exitStatus: "0 it is back, 1 it does not answer or refuses, 2 bad input",
    examples: ["back rpi1", "back rpi1 hive-cluster && ./berth health hive-cluster"],
    run: (node, stack, options) =>
      (require("../back") as typeof import("../back")).back(node, stack, options),
  });
}
