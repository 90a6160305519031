import { Command, CommanderError } from "commander";
import { ConfigError } from "../topology/config-error";
import { addConnectVerbs } from "./command/connect-verbs";
import { addOperateVerbs } from "./command/operate-verbs";

// Each verb loads its own code when it runs: `plan` must not wait for what another needs. By require, because tsx's
// CommonJS loader does not see import().
const program = new Command("berth")
  .description("Gives every experiment its berth: decided and explained before anything runs.")
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, "berth:")) });

program
  .command("plan")
  .description("decide which node each instance gets, and say why; starts nothing")
  .argument("[stack]", "a stack of stacks/, such as hive-cluster")
  .option("--cluster <file>", "cluster file, instead of a stack")
  .option("--scenario <file>", "scenario file, instead of a stack")
  .option("--connections <file>", "how to reach the nodes, where that differs from the cluster file")
  .option("--config-file <file>", "stack file to use instead of the one in stacks/")
  .option("--json", "the plan for machines; docs/reference/plan.md says what is in it")
  .option("--html <file>", "also as a page with a picture, which needs nothing but itself")
  .option("--svg <file>", "also as a picture")
  .addHelpText(
    "after",
    `
Exit status: 0 all placed, 1 not all placed, 2 bad input.

Examples:
  ./berth plan hive-cluster
  ./berth plan --cluster stacks/clusters/brain-in-jar.yaml --scenario my-scenario.yaml --json`,
  )
  .action(async (stack, options) => {
    const { plan } = require("./plan") as typeof import("./plan");
    process.exitCode = await plan(stack, options);
  });

/** The verbs that are Pulumi's, in its own words and with its own exit status. */
function pulumiVerb(verb: "preview" | "up" | "destroy", description: string, help: string): void {
  const command = program
    .command(verb)
    .description(description)
    .argument("<stack>", "a stack of stacks/, such as hive-cluster")
    .argument("[pulumi-args...]", "after  --  whatever pulumi takes, as it is")
    .option("--config-file <file>", "stack file to use instead of the one in stacks/")
    .option("--json", "what happens, for machines: one event of Pulumi's a line, policyEvent among them")
    .addHelpText("after", help);
  if (verb !== "preview") command.option("--yes", "do it without asking");
  command.action(async (stack, more, options) => {
    const { runPulumi } = require("./run-pulumi") as typeof import("./run-pulumi");
    process.exitCode = await runPulumi(verb, stack, options, more);
  });
}

pulumiVerb(
  "preview",
  "show what `up` would do, and why, under the policies; contacts nobody",
  `
Exit status: pulumi's own, 0 when nothing stands against it, not 0 when a policy does or not all is placed; 2 bad input.

Examples:
  ./berth preview hive-cluster
  ./berth preview hive-cluster -- --diff`,
);

pulumiVerb(
  "up",
  "make it so, under the policies; first clears the lock of an update that was killed on this machine",
  `
Exit status: pulumi's own, 0 when everything runs; 2 bad input. Ctrl-C ends in order; the same again goes on.

Examples:
  ./berth up hive-cluster
  ./berth up hive-cluster --yes -- --skip-preview`,
);

pulumiVerb(
  "destroy",
  "end everything, and leave nothing but logs and results; clears such a lock, too",
  `
Exit status: pulumi's own, 0 when nothing is left; 2 bad input.

Examples:
  ./berth destroy hive-cluster
  ./berth destroy hive-cluster --yes -- --continue-on-error`,
);

program
  .command("status")
  .description("ask the machines what runs there, and Kubernetes how its Ray clusters are; changes nothing")
  .argument("<stack>", "a stack of stacks/, such as hive-cluster")
  .option("--config-file <file>", "stack file to use instead of the one in stacks/")
  .option("--json", "the answers for machines")
  .addHelpText(
    "after",
    `
Exit status: 0 all runs or has completed, and Ray clusters are ready; 1 something is not or a node did not answer; 2 bad input.

Examples:
  ./berth status hive-cluster
  ./berth status hive-cluster --json`,
  )
  .action(async (stack, options) => {
    const { status } = require("./status") as typeof import("./status");
    process.exitCode = await status(stack, options);
  });

program
  .command("gone")
  .description("give a machine up that does not answer any more: updates leave it, destroys pass it")
  .argument("<node>", "a node of the cluster, such as rpi1")
  .argument("[stack]", "a stack of stacks/ with that cluster, where more than one has such a node")
  .option("--cluster <file>", "cluster file, instead of a stack")
  .option("--connections <file>", "how to reach the nodes, where that differs from the cluster file")
  .option("--config-file <file>", "stack file to use instead of the one in stacks/")
  .option(
    "--force",
    "although it answers (what runs there goes on unseen; under a watch until its lease is over), or is not in the cluster file any more",
  )
  .option("--json", "the answer for machines")
  .addHelpText(
    "after",
    `
What would have to be deleted there is kept in .berth/gone until it is back. It counts for all stacks of the cluster.

Exit status: 0 it is given up, 1 it still answers, 2 bad input.

Examples:
  ./berth gone rpi1
  ./berth gone rpi1 hive-cluster && pulumi up --stack hive-cluster`,
  )
  .action(async (node, stack, options) => {
    const { gone } = require("./gone") as typeof import("./gone");
    process.exitCode = await gone(node, stack, options);
  });

program
  .command("back")
  .description("take a machine back that was given up: does what was kept for it, then it may be used again")
  .argument("<node>", "a node of the cluster, such as rpi1")
  .argument("[stack]", "a stack of stacks/ with that cluster, where more than one has such a node")
  .option("--cluster <file>", "cluster file, instead of a stack")
  .option("--connections <file>", "how to reach the nodes, where that differs from the cluster file")
  .option("--config-file <file>", "stack file to use instead of the one in stacks/")
  .option("--json", "the answer for machines")
  .addHelpText(
    "after",
    `
Exit status: 0 it is back, 1 it does not answer or refuses, 2 bad input.

Examples:
  ./berth back rpi1
  ./berth back rpi1 hive-cluster && ./berth health hive-cluster`,
  )
  .action(async (node, stack, options) => {
    const { back } = require("./back") as typeof import("./back");
    process.exitCode = await back(node, stack, options);
  });

addOperateVerbs(program);
addConnectVerbs(program);

program
  .command("nixos")
  .description("print a NixOS module for the Ray members that a stack has on a node; starts nothing")
  .argument("<stack>", "a stack of stacks/, such as cognition")
  .argument("<node>", "a node of its cluster, such as rpi1")
  .option("--config-file <file>", "stack file to use instead of the one in stacks/")
  .addHelpText(
    "after",
    `
Where a machine starts its services by its own configuration, instead of  ./berth up. docs/ray.md says what to add to it.

Exit status: 0 printed, 1 not all placed, 2 bad input.

Examples:
  ./berth nixos cognition rpi1 > ray.nix`,
  )
  .action(async (stack, node, { configFile }) => {
    const { nixos } = require("./nixos") as typeof import("./nixos");
    process.exitCode = await nixos(stack, node, configFile);
  });

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // The reader of a pipe, such as `head`, has seen enough; or the terminal is gone.
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
});

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof ConfigError) {
    console.error(error.message);
    process.exitCode = 2;
  } else {
    console.error(error);
    process.exitCode = 70;
  }
});
