import type { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { instanceView, type Placed } from "./instance-view";
import { logPathOf, supervisedProcess } from "./supervised-process";

export interface ExperimentInstanceArgs extends Placed {
  /** The start that has to be done before this one, on whichever node. @default none */
  readonly turn?: pulumi.Resource | undefined;
}

/**
 * One supervised process on one node.
 *
 * ```ts
 * new ExperimentInstance("pessimist", { node, instance, placement }, { dependsOn: [node.prepared] });
 * ```
 */
export class ExperimentInstance extends pulumi.ComponentResource {
  static readonly __pulumiType = "berth:components:ExperimentInstance";

  /** Done when the process runs; the next instance on the same node waits for it. */
  readonly started: local.Command;
  /** The instance's log on its node. */
  readonly logPath: string;

  constructor(name: string, args: ExperimentInstanceArgs, opts?: pulumi.ComponentResourceOptions) {
    const { dependsOn, ...own } = opts ?? {};
    super(ExperimentInstance.__pulumiType, name, instanceView(args), own);
    const { instance, node, turn } = args;
    const program = {
      command: instance.command,
      config: instance.configPath,
      code: node.args.code?.tree.digest ?? null,
    };
    const process = supervisedProcess(
      name,
      { ...args, program, after: turn ? [turn] : [] },
      { parent: this, dependsOn },
    );
    this.started = process.started;
    this.logPath = logPathOf(args);
    this.registerOutputs({ ...instanceView(args), logPath: this.logPath });
  }
}
