import { createHash, randomBytes } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../placement/plan";
import type { Instance } from "../../topology/instance";
import { clusterCommand } from "./cluster-command";
import { type ClusterManifests, clusterManifests } from "./cluster-manifests";
import { KubeRayMember } from "./kube-ray-member";
import { type KubeRaySpec, knowsTokens, tokenSecretName } from "./kube-ray-spec";
import { kubernetesObject } from "./kubernetes-object";
import type { KubernetesTarget } from "./kubernetes-target";
import { rayAccess } from "./ray-access";
import { defaultPython } from "./ray-image";

export interface KubeRayClusterArgs {
  readonly spec: KubeRaySpec;
  readonly target: KubernetesTarget;
  /** Its members with their planned places, the head among them. */
  readonly members: readonly { readonly instance: Instance; readonly placement: Placement }[];
  /** Why a Ray that is too old may stay. @default it may not */
  readonly exemption?: string;
  /** Seconds until its pods have to be ready; then the update says why they are not. */
  readonly readySeconds: number;
}

/**
 * A Ray cluster as KubeRay's operator runs it: token, priority, quota and network policies first, then the cluster, then the wait until it
 * is there. Destroy takes the same way back, and waits for the last pod before it takes away what pods lean on.
 *
 * ```ts
 * new KubeRayCluster("brain", { spec, target, members, readySeconds: 600 }, { dependsOn: namespace.prepared });
 * ```
 */
export class KubeRayCluster extends pulumi.ComponentResource {
  static readonly __pulumiType = "berth:components:KubeRayCluster";

  /** What whoever speaks to the cluster has to show. Made once, and a secret. Undefined: its Ray knows none. */
  readonly token: pulumi.Output<string> | undefined;
  /** Done when head and all workers are ready. */
  readonly ready: pulumi.CustomResource;

  constructor(
    name: string,
    readonly args: KubeRayClusterArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const { dependsOn, ...own } = opts ?? {};
    super(KubeRayCluster.__pulumiType, name, policyView(args), own);
    const { spec, members } = args;
    for (const { instance, placement } of members)
      new KubeRayMember(instance.id, { instance, placement, stack: spec.stack }, { parent: this });
    this.token = knowsTokens(spec.version) ? this.makeToken(name) : undefined;
    const manifests = clusterManifests(spec);
    const before = this.before(name, manifests, dependsOn);
    this.ready = this.cluster(name, manifests, before);
    this.registerOutputs(policyView(args));
  }

  private makeToken(name: string): pulumi.Output<string> {
    const stash = new pulumi.Stash(
      `${name}-token`,
      { input: pulumi.secret(randomBytes(32).toString("hex")) },
      { parent: this, ignoreChanges: ["input"], additionalSecretOutputs: ["input", "output"] },
    );
    return pulumi.secret(stash.output.apply(String));
  }

  /** What its pods lean on: it is there before the first and stays until the last is gone. */
  private before(
    name: string,
    { priorityClass, quota, secret, networkPolicies }: ClusterManifests,
    dependsOn: pulumi.ResourceOptions["dependsOn"],
  ): pulumi.CustomResource[] {
    const { provider } = this.args.target;
    const options = { parent: this, provider, dependsOn };
    const { token } = this;
    return [
      kubernetesObject(`${name}-priority`, priorityClass, options),
      kubernetesObject(`${name}-quota`, quota, options),
      ...networkPolicies.map((manifest, at) =>
        kubernetesObject(`${name}-network${["", "-clients", "-autoscaler"][at]}`, manifest, options),
      ),
      ...(secret && token
        ? [kubernetesObject(`${name}-secret`, { ...secret, data: { auth_token: inBase64(token) } }, options)]
        : []),
    ];
  }

  private cluster(
    name: string,
    manifests: ClusterManifests,
    before: pulumi.CustomResource[],
  ): pulumi.CustomResource {
    const { spec, target, readySeconds } = this.args;
    const { provider, access, renderTo } = target;
    const who = { namespace: spec.namespace, name: spec.name };
    const place = [access.context, spec.namespace, spec.name];
    const last = renderTo
      ? before
      : clusterCommand(
          `${name}-gone`,
          { access, place, undo: "gone", request: { ...who, seconds: goneSeconds } },
          { parent: this, dependsOn: before },
        );
    const cluster = kubernetesObject(`${name}-cluster`, manifests.cluster, {
      parent: this,
      provider,
      dependsOn: last,
      // From then on Ray's autoscaler says how many there are.
      ignoreChanges: spec.workers.flatMap(({ scale }, at) =>
        scale ? [`spec.workerGroupSpecs[${at}].replicas`] : [],
      ),
    });
    const service =
      manifests.clientService &&
      kubernetesObject(`${name}-service`, manifests.clientService, {
        parent: this,
        provider,
        dependsOn: last,
      });
    if (renderTo) return cluster;
    const asked = createHash("sha256").update(JSON.stringify(manifests.cluster)).digest("hex").slice(0, 16);
    return clusterCommand(
      `${name}-ready`,
      {
        access,
        place: [...place, asked],
        ensure: "ready",
        request: { ...who, seconds: readySeconds },
      },
      { parent: this, dependsOn: service ? [cluster, service] : cluster },
    );
  }

  /** Where it is and how to speak to it, for the stack's outputs. */
  outputs() {
    const { spec, target, members } = this.args;
    return {
      ...rayAccess(spec, target.access),
      members: Object.fromEntries(members.map(({ instance, placement }) => [instance.id, placement.node])),
      versions: versionsOf(spec),
      ...(this.token && {
        tokenSecret: { name: tokenSecretName(spec), key: "auth_token" },
        token: this.token,
      }),
    };
  }
}

/** More than a pod's grace of 30 s, and a queue of them. */
const goneSeconds = 300;

const inBase64 = (token: pulumi.Output<string>) =>
  pulumi.secret(token.apply((text) => Buffer.from(text).toString("base64")));

/** What a client has to have. Images of one's own have a Python that only their maker knows. */
function versionsOf({ version, python, images }: KubeRaySpec) {
  const known = python ?? (images.amd64 || images.arm64 ? undefined : defaultPython);
  return { ray: version, ...(known && { python: known }) };
}

/** What a policy may judge: plain, known in every preview. */
function policyView({ spec, members, exemption }: KubeRayClusterArgs) {
  const { name, ...described } = spec;
  return {
    ...described,
    cluster: name,
    launcher: "kuberay" as const,
    authMode: knowsTokens(spec.version) ? ("token" as const) : ("disabled" as const),
    members: members.map(({ instance }) => instance.id),
    ...(exemption && { exemption }),
  };
}
