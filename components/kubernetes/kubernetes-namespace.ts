import * as pulumi from "@pulumi/pulumi";
import { kubernetesObject } from "./kubernetes-object";
import { claimedObject, type KubernetesTarget, needsKubeRay } from "./kubernetes-target";
import { limitRange, namespaceManifest } from "./namespace-manifests";

export interface KubernetesNamespaceArgs {
  readonly target: KubernetesTarget;
  readonly stack: string;
  /** Whether containers that say no limits get some, whoever's they are. @default false */
  readonly limited?: boolean;
}

/**
 * A namespace, made if there is none. One that was there before stays when this goes.
 *
 * ```ts
 * new KubernetesNamespace("cognition", { target, stack: "brain-node" });
 * ```
 */
export class KubernetesNamespace extends pulumi.ComponentResource {
  static readonly __pulumiType = "berth:components:KubernetesNamespace";

  /** Done when pods may come. */
  readonly prepared: readonly pulumi.CustomResource[];

  constructor(name: string, args: KubernetesNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    const { target, stack, limited = false } = args;
    const view = { namespace: name, stack, limited };
    super(KubernetesNamespace.__pulumiType, name, view, opts);
    const { provider } = target;
    const object = namespaceManifest(name, stack);
    const claimed = claimedObject(`${name}-namespace`, object, target, needsKubeRay, { parent: this });
    const limits = () =>
      kubernetesObject(`${name}-limits`, limitRange(name, stack), {
        parent: this,
        provider,
        dependsOn: claimed,
      });
    this.prepared = limited ? [claimed, limits()] : [claimed];
    this.registerOutputs(view);
  }
}
