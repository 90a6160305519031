import type { Command } from "commander";
import { addVerb, stackArgument } from "./add-verb";

/** The verbs that bring what runs there to who sits here. */
export function addConnectVerbs(program: Command): void {
  addVerb(program, {
    name: "forward",
    description:
      "bring ports of the nodes to this computer, for nobody else, until Ctrl-C: over lost connections, restarts and moves",
    args: [
      stackArgument,
      [
        "[names...]",
        "a Ray cluster, mind:dashboard or mind:client alone, an instance with network: peers, or NAME:PORT; none: all that the stack has",
      ],
    ],
    options: [
      [
        "--local <ports>",
        "the ports here, with commas between; else 8265, 10001 or the same as there, or free ones",
      ],
    ],
    json: "an object a line: event (open, lost, reopened), name, port, url, on, reason",
    exitStatus: "1 none could be opened, 2 bad input, 130 after Ctrl-C",
    examples: [
      "forward cognition",
      "forward cognition mind:dashboard --local 9000",
      "forward hive-cluster critic jetson:8000",
    ],
    run: (stack, names, options) =>
      (require("../forward") as typeof import("../forward")).forward(stack, names, options),
  });
  addVerb(program, {
    name: "connect",
    description:
      "what a program needs to be a client of a Ray cluster: variables, token file, and the Python and Ray that fit; or runs one",
    args: [
      stackArgument,
      ["[cluster]", "a Ray cluster of it, where it has more than one"],
      ["[command...]", "after  --  what to run with the variables set and the cluster's ports brought here"],
    ],
    options: [["--python <program>", "the Python here that is to be the client", "python3"]],
    json: "the same for machines; the token lies in the file",
    exitStatus:
      "0 the Python here fits, 1 it does not, 2 bad input; with a command its own, 255 when the cluster cannot be reached",
    examples: [
      'eval "$(./berth connect cognition)"',
      "connect cognition -- python3 my_program.py",
      "connect cognition mind --python .venv/bin/python --json",
    ],
    run: (stack, cluster, command, options) => {
      const { connect } = require("../connect") as typeof import("../connect");
      const given: string[] = [...(cluster === undefined ? [] : [cluster]), ...command];
      const after = wordsAfterDashes();
      const before = given.slice(0, given.length - after.length);
      return connect(stack, before, after, options);
    },
  });
  addVerb(program, {
    name: "doctor",
    description:
      "go through what is usually wrong: this computer, and with a stack its nodes, Ray clusters and Kubernetes; changes nothing",
    args: [["[stack]", "a stack of stacks/; none: this computer alone"]],
    json: "every check with its state (ok, failed, skipped), what was found, and the remedy",
    exitStatus: "0 nothing failed, 1 something did, 2 bad input",
    examples: ["doctor", "doctor hive-cluster", "doctor brain-node --json"],
    run: (stack, options) => (require("../doctor") as typeof import("../doctor")).doctor(stack, options),
  });
}

/** A cluster may be left out, a command too: only the dashes tell them apart. */
function wordsAfterDashes(): string[] {
  const at = process.argv.indexOf("--");
  return at < 0 ? [] : process.argv.slice(at + 1);
}
