import * as pulumi from "@pulumi/pulumi";
import { KubeRayCluster, type KubeRayClusterArgs } from "./kube-ray-cluster";
import type { KubernetesNodeArgs } from "./kubernetes-node";

export interface BrainNodeArgs extends KubeRayClusterArgs {
  /** The only machine that its pods may go to, with whoever else lives there. */
  readonly node: KubernetesNodeArgs;
}

/**
 * One strong machine as a place to compute, for people who write no YAML: a Ray cluster whose every pod is on it, beside what is
 * served there already.
 *
 * ```ts
 * new BrainNode("brain", { node, spec, target, members, readySeconds: 600 }, { dependsOn: namespace.prepared });
 * ```
 */
export class BrainNode extends pulumi.ComponentResource {
  static readonly __pulumiType = "berth:components:BrainNode";

  readonly cluster: KubeRayCluster;

  constructor(name: string, args: BrainNodeArgs, opts?: pulumi.ComponentResourceOptions) {
    const { dependsOn, ...own } = opts ?? {};
    super(BrainNode.__pulumiType, name, policyView(args), own);
    this.cluster = new KubeRayCluster(name, args, { parent: this, dependsOn });
    this.registerOutputs(policyView(args));
  }
}

/** What a policy may judge: plain, known in every preview. */
function policyView({ node, spec, members }: BrainNodeArgs) {
  const { name, ramBytes, memoryHeadroom, coTenants, gpuSharing } = node.machine;
  const planned = members.reduce((sum, { placement }) => sum + placement.takes.ramBytes, 0);
  return {
    cluster: spec.name,
    stack: spec.stack,
    node: name,
    ramBytes,
    plannedBytes: planned,
    memoryHeadroom,
    coTenants,
    ...(gpuSharing && { gpuSharing }),
  };
}
