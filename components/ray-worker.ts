import type { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { instanceView } from "./instance-view";
import type { RayHead } from "./ray-head";
import { type RayMemberArgs, rayMember } from "./ray-member";
import { logPathOf } from "./supervised-process";

export interface RayWorkerArgs extends RayMemberArgs {
  /** It starts once this one has; what is installed has to be the same. */
  readonly leader: RayHead;
}

/**
 * A member that a head leads, on one node. Made by `RayCluster`.
 *
 * ```ts
 * new RayWorker("mind-cpu-0", { node, instance, placement, cluster, head, token, formation, leader }, { parent });
 * ```
 */
export class RayWorker extends pulumi.ComponentResource {
  static readonly __pulumiType = "berth:components:RayWorker";

  /** Done when it has joined; what comes next on the same node waits for it. */
  readonly started: local.Command;
  /** Its log on its node. */
  readonly logPath: string;

  constructor(name: string, args: RayWorkerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { dependsOn, ...own } = opts ?? {};
    super(RayWorker.__pulumiType, name, instanceView(args), own);
    const after = { joined: args.leader.started, versions: args.leader.versions };
    this.started = rayMember(name, args, after, { parent: this, dependsOn }).joined;
    this.logPath = logPathOf(args);
    this.registerOutputs({ ...instanceView(args), logPath: this.logPath });
  }
}
