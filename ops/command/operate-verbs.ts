import type { Command } from "commander";
import { addVerb, stackArgument } from "./add-verb";

/** The verbs for what runs, and for what lies on the machines. */
export function addOperateVerbs(program: Command): void {
  addVerb(program, {
    name: "status",
    description: "ask the machines what runs there, and Kubernetes how its Ray clusters are; changes nothing",
    args: [stackArgument],
    json: "the answers for machines",
    exitStatus:
      "0 all runs or has completed, and Ray clusters are ready; 1 something is not or a node did not answer; 2 bad input",
    examples: ["status hive-cluster", "status hive-cluster --json"],
    run: (stack, options) => (require("../status") as typeof import("../status")).status(stack, options),
  });
  addVerb(program, {
    name: "health",
    alias: "facts",
    description:
      "ask the machines, and Kubernetes of its nodes, how they are and who holds what there; the next preview reads the answers",
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
    run: (stack, options) => (require("../health") as typeof import("../health")).health(stack, options),
  });
  addVerb(program, {
    name: "watch",
    description:
      "ask the machines again and again, and move what a lost one had by a normal update, where the cluster file wants that; until Ctrl-C",
    args: [stackArgument],
    options: [
      ["--interval <seconds>", "from one question to the next, instead of the cluster's interval_seconds"],
      ["--once", "look once, show it and end; nothing is moved"],
    ],
    json: "an object a line: at, by, event, node, instance, text; with --once the answers",
    exitStatus:
      "0 it was ended by Ctrl-C or SIGTERM; with --once 0 all is well, 1 something is not; 2 bad input, or the stack is watched already",
    examples: [
      "watch hive-cluster",
      "watch hive-cluster --json >> events.jsonl",
      "watch hive-cluster --once",
    ],
    run: (stack, options) => (require("../watch") as typeof import("../watch")).watch(stack, options),
  });
  addVerb(program, {
    name: "resources",
    description:
      "memory, CPU and GPUs of every node, and what of them is in use by whom; in Kubernetes, what pods ask for",
    args: [stackArgument],
    json: "the answers for machines; null is what a machine does not tell",
    exitStatus: "0 all nodes answered, 1 one did not, 2 bad input",
    examples: ["resources hive-cluster"],
    run: (stack, options) =>
      (require("../resources") as typeof import("../resources")).resources(stack, options),
  });
  addVerb(program, {
    name: "logs",
    description:
      "the log of an instance, Ray job or member of a Ray cluster, from wherever it runs or ran last; or of all instances on a node",
    args: [
      stackArgument,
      ["<name>", "an instance, a Ray job, a Ray cluster in Kubernetes or a pod of it, or a node"],
    ],
    options: [
      ["-f, --follow", "and what comes, until Ctrl-C: over rotations, lost connections and moves"],
      ["-n, --lines <number>", "so many lines from the end", "20"],
    ],
    json: "an object a line: node, instance, line; of a pod its name, too",
    exitStatus: "0 there is a log, 1 there is none, or nobody answered, 2 bad input; 130 after Ctrl-C",
    examples: ["logs hive-cluster critic", "logs hive-cluster critic -f -n 100", "logs hive-cluster rpi1"],
    run: (stack, name, options) =>
      (require("../logs") as typeof import("../logs")).logs(stack, name, options),
  });
  addVerb(program, {
    name: "fetch",
    description:
      "results, logs and databases to this computer, from wherever they lie: also from nodes it ran on before; the same again goes on",
    args: [
      stackArgument,
      ["[instances...]", "only the logs and folders of these; databases come in any case"],
    ],
    options: [["--to <folder>", "where to: a folder for each node is made there", "results/<stack>"]],
    json: "what came from where for machines; sizes in bytes",
    exitStatus: "0 all nodes answered and gave what they have, 1 one did not, 2 bad input",
    examples: ["fetch hive-cluster", "fetch hive-cluster critic --to /data/tuesday"],
    run: (stack, instances, options) =>
      (require("../fetch") as typeof import("../fetch")).fetch(stack, instances, options),
  });
  addVerb(program, {
    name: "deploy",
    description:
      "copy the code, and nothing else, to the nodes on which the stack is; who runs goes on with what it has until the next up",
    args: [stackArgument, ["[nodes...]", "only these"]],
    json: "what was sent where, for machines",
    exitStatus: "0 every node of the stack has the code, 1 one has not, 2 bad input",
    examples: ["deploy hive-cluster", "deploy hive-cluster rpi1 --json"],
    run: (stack, nodes, options) =>
      (require("../deploy-code") as typeof import("../deploy-code")).deployCode(stack, nodes, options),
  });
  addVerb(program, {
    name: "ssh-setup",
    description:
      "make the nodes reachable without a password: key, host keys, public key on each, a block in ~/.ssh/config; shows it first",
    args: [stackArgument, ["[nodes...]", "only these"]],
    options: [["--yes", "do it without asking: the fingerprints shown are taken for right"]],
    json: "what is missing, and with --yes what came of it, for machines; asks nothing",
    exitStatus: "0 all can be reached, 1 one cannot or it was not wanted, 2 bad input",
    examples: ["ssh-setup hive-cluster", "ssh-setup hive-cluster rpi1 --yes"],
    run: (stack, nodes, options) =>
      (require("../ssh-setup") as typeof import("../ssh-setup")).sshSetup(stack, nodes, options),
  });
  addVerb(program, {
    name: "ssh",
    description: "a shell on a node, or a command there, over the connection that Berth itself uses",
    args: [
      stackArgument,
      ["<node>", "a node of its cluster, such as rpi1"],
      ["[command...]", "after  --  what to run there instead of a shell"],
    ],
    exitStatus: "that of what ran there, 255 when the node cannot be reached, 2 bad input",
    examples: ["ssh hive-cluster rpi1", "ssh hive-cluster rpi1 -- free -h"],
    run: (stack, node, command, options) =>
      (require("../ssh") as typeof import("../ssh")).ssh(stack, node, command, options),
  });
  addVerb(program, {
    name: "dashboard",
    description:
      "a page for browsers on this computer: nodes, instances and why they are there, live; and what other places would mean",
    args: [stackArgument],
    options: [
      ["--port <number>", "port of the page, on 127.0.0.1; 0 is whichever is free", "0"],
      ["--interval <seconds>", "how often the machines are asked, instead of the cluster's interval_seconds"],
    ],
    json: "the address, as an object",
    exitStatus: "130 after Ctrl-C, 2 bad input",
    examples: ["dashboard hive-cluster", "dashboard hive-cluster --interval 5 --port 8080"],
    run: (stack, options) =>
      (require("../dashboard") as typeof import("../dashboard")).dashboard(stack, options),
  });
  addVerb(program, {
    name: "drift",
    description:
      "what runs against what the state says: dead, missing, moved, edited by hand, too much; changes nothing",
    args: [stackArgument],
    json: "the differences for machines, each with what repairs it",
    exitStatus: "0 all is as the state says, 1 something is not or a node did not answer, 2 bad input",
    examples: ["drift hive-cluster"],
    run: (stack, options) => (require("../drift") as typeof import("../drift")).drift(stack, options),
  });
  addVerb(program, {
    name: "sweep",
    description:
      "what Berth has left on the nodes that no stack of this back end owns; shows it, and ends it with --yes",
    args: [stackArgument],
    options: [
      ["--yes", "end it; logs and results stay"],
      [
        "--owner <owner>",
        "also what this owner left, whose state is lost; else what others own is left alone",
      ],
    ],
    json: "what was found for machines",
    exitStatus: "0 nothing of that kind is left, 1 something is or a node did not answer, 2 bad input",
    examples: ["sweep hive-cluster", "sweep hive-cluster --yes"],
    run: (stack, options) => (require("../sweep") as typeof import("../sweep")).sweep(stack, options),
  });
}
