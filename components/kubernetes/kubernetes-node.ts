import * as pulumi from "@pulumi/pulumi";
import type { Node as MachineNode } from "../../topology/node";
import type { Held } from "../../topology/observed";

export interface KubernetesNodeArgs {
  /** The machine as the cluster file describes it; policies read its memory and headroom here. */
  readonly machine: MachineNode;
  /** Stack of the pods. */
  readonly stack: string;
  /** What others hold on the machine; for policies. @default nothing */
  readonly heldByOthers?: readonly Held[];
}

/**
 * A machine to which only Kubernetes comes: nothing is done there, but policies add up what is planned for it.
 *
 * ```ts
 * new KubernetesNode("HW-BRAIN-01", { machine, stack: "brain-node" });
 * ```
 */
export class KubernetesNode extends pulumi.ComponentResource {
  static readonly __pulumiType = "berth:components:KubernetesNode";

  constructor(
    readonly name: string,
    readonly args: KubernetesNodeArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(KubernetesNode.__pulumiType, name, policyView(args), opts);
    this.registerOutputs(policyView(args));
  }
}

/** What a policy may judge: plain, known in every preview. Of a machine with SSH, too, what belongs to that is left out. */
function policyView({ machine, stack, heldByOthers = [] }: KubernetesNodeArgs) {
  const { connection, remoteWorkDir, ...described } = machine;
  return { ...described, stack, heldByOthers };
}
