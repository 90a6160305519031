import * as pulumi from "@pulumi/pulumi";
import { headPorts } from "./kube-ray-spec";
import { kubernetesObject } from "./kubernetes-object";
import { claimedObject, type KubernetesTarget } from "./kubernetes-target";
import { rayAccess } from "./ray-access";
import { type SharedRaySpec, sharedManifests } from "./shared-manifests";

export interface SharedRayClusterArgs {
  readonly spec: SharedRaySpec;
  readonly target: KubernetesTarget;
  /** Why a Ray that is too old may be used. @default it may not */
  readonly exemption?: string;
}

/**
 * Somebody else's RayCluster, used from another namespace: an account with no more rights than that takes, the dashboard under a
 * name there, and where it is and what its clients need. The cluster itself has to be there, and stays as it is.
 *
 * ```ts
 * new SharedRayCluster("ray-gpu", { spec, target }, { dependsOn: namespace.prepared });
 * ```
 */
export class SharedRayCluster extends pulumi.ComponentResource {
  static readonly __pulumiType = "berth:components:SharedRayCluster";

  constructor(
    name: string,
    readonly args: SharedRayClusterArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const { dependsOn, ...own } = opts ?? {};
    super(SharedRayCluster.__pulumiType, name, policyView(args), own);
    const { spec, target } = args;
    const { serviceAccount, role, binding, dashboard, config } = sharedManifests(spec);
    const cluster = `/apis/ray.io/v1/namespaces/${spec.namespace}/rayclusters/${spec.name}`;
    const account = claimedObject(`${name}-account`, serviceAccount, target, [cluster], {
      parent: this,
      dependsOn,
    });
    const options = { parent: this, provider: target.provider, dependsOn: account };
    const allowed = kubernetesObject(`${name}-role`, role, options);
    kubernetesObject(`${name}-binding`, binding, { ...options, dependsOn: [account, allowed] });
    kubernetesObject(`${name}-dashboard`, dashboard, options);
    kubernetesObject(`${name}-config`, config, options);
    this.registerOutputs(policyView(args));
  }

  /** Where it is and what its clients need, for the stack's outputs. */
  outputs() {
    const { spec, target } = this.args;
    const dashboard = `${spec.name}-dashboard.${spec.client.namespace}.svc.cluster.local`;
    return {
      ...rayAccess(spec, target.access),
      dashboard: `http://${dashboard}:${headPorts.dashboard}`,
      versions: { ray: spec.version, python: spec.python },
      runtimeEnv: spec.runtimeEnv,
      serviceAccount: `${spec.client.namespace}/${spec.client.serviceAccount}`,
    };
  }
}

/** What a policy may judge: plain, known in every preview. */
function policyView({ spec, exemption }: SharedRayClusterArgs) {
  const { name, ...described } = spec;
  return { ...described, cluster: name, ...(exemption && { exemption }) };
}
