import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../placement/plan";
import type { Instance } from "../../topology/instance";
import { instanceView } from "../instance-view";

export interface KubeRayMemberArgs {
  readonly instance: Instance;
  /** Where it fits. Which pod goes where is for Kubernetes to say. */
  readonly placement: Placement;
  readonly stack: string;
}

/**
 * A pod of a Ray cluster as it was planned: policies add it up. The operator makes it. Made by `KubeRayCluster`.
 *
 * ```ts
 * new KubeRayMember("brain-head", { instance, placement, stack }, { parent });
 * ```
 */
export class KubeRayMember extends pulumi.ComponentResource {
  static readonly __pulumiType = "berth:components:KubeRayMember";

  constructor(
    name: string,
    { instance, placement, stack }: KubeRayMemberArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const view = instanceView({ instance, placement, node: { args: { stack } } });
    super(KubeRayMember.__pulumiType, name, view, opts);
    this.registerOutputs(view);
  }
}
