import type { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { instanceView } from "./instance-view";
import { type RayMemberArgs, type RayVersions, rayMember } from "./ray-member";
import { logPathOf } from "./supervised-process";

/**
 * The member that leads a Ray cluster, on one node. Made by `RayCluster`.
 *
 * ```ts
 * new RayHead("mind-head", { node, instance, placement, cluster, head, token, formation }, { parent, dependsOn: node.prepared });
 * ```
 */
export class RayHead extends pulumi.ComponentResource {
  static readonly __pulumiType = "berth:components:RayHead";

  /** Done when it answers; its workers, and what comes next on the same node, wait for it. */
  readonly started: local.Command;
  /** What is installed there, and has to be on every worker. */
  readonly versions: pulumi.Output<RayVersions>;
  /** Its log on its node. */
  readonly logPath: string;

  constructor(name: string, args: RayMemberArgs, opts?: pulumi.ComponentResourceOptions) {
    const { dependsOn, ...own } = opts ?? {};
    super(RayHead.__pulumiType, name, instanceView(args), own);
    const { joined, versions } = rayMember(name, args, undefined, { parent: this, dependsOn });
    this.started = joined;
    this.versions = versions;
    this.logPath = logPathOf(args);
    this.registerOutputs({ ...instanceView(args), logPath: this.logPath });
  }
}
